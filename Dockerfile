FROM python:3.11.14-slim-bookworm

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY activities/ activities/
COPY adapters/ adapters/
COPY cli/ cli/
COPY docs/verify-draw.py docs/
COPY migrations/ migrations/
COPY models/ models/
COPY rules/ rules/
COPY templates/ templates/
COPY workflows/ workflows/
# What `worker.py check-replay` replays before a release, beside all that is open.
COPY tests/histories/*.json tests/histories/
COPY starter.py worker.py ./
RUN useradd --system --uid 10001 joint && mkdir /data && chown joint /data
USER joint
ENV JOINT_DATA=/data JOINT_ALIVE=/tmp/worker.alive PYTHONUNBUFFERED=1
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["python", "-m", "adapters.alive"]
CMD ["python", "worker.py"]
