"""How a program of ours ends (退出)."""

import os
import sys
import traceback
from collections.abc import Callable

from adapters.settings import SettingError


def leaving(program: Callable[[], object]) -> None:
    """Run a program and leave at once with its exit code, 1 where it fails, 2 where a setting is wrong.

    The engine's client keeps threads of its own; they may outlive the interpreter and abort the process
    instead of ending it with the code.
    """
    code: object = None
    try:
        program()
    except SystemExit as ended:
        code = ended.code
    except SettingError as wrong:
        sys.stderr.write(f"设置有误：{wrong}\n")
        code = 2
    except Exception:  # noqa: BLE001 - shown like any other, and the process ends
        traceback.print_exc()
        code = 1
    if isinstance(code, str):
        sys.stderr.write(code + "\n")
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else 0)
