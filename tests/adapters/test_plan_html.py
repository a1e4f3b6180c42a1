"""Tables in HTML inside a text, and pipes that OCR lost."""

from adapters.plan_files.text import text_lines

HTML = """附件
<table><tr><td rowspan="2">序号</td><td colspan="2">抽查</td></tr>
<tr><td>比例</td><td>频次</td></tr>
<tr><td>1</td><td>5%</td><td rowspan=2>1次<br>/年</td></tr><tr><td>2</td><td>m<sup>2</sup></td></tr>
</table>
说明"""


def test_a_cell_that_reaches_down_is_repeated_and_one_that_reaches_right_leaves_a_blank() -> None:
    """rowspan and colspan."""
    cells = [line.cells for line in text_lines(HTML) if line.table]
    expected = [("序号", "抽查", ""), ("序号", "比例", "频次"), ("1", "5%", "1次<br>/年")]
    assert [*expected, ("2", "m<sup>2</sup>", "1次<br>/年")] == cells


def test_rows_and_prose_keep_the_lines_on_which_they_stand() -> None:
    """Counted from 1, rows that share a line share its number."""
    assert [1, 2, 3, 4, 4, 6] == [line.number for line in text_lines(HTML)]


def test_a_table_that_is_never_closed_still_gives_its_rows() -> None:
    """A page was torn."""
    torn = text_lines("<table><tr><td>1</td><td>2")
    assert [("1", "2")] == [line.cells for line in torn if line.table]


def test_a_pipe_lost_at_an_edge_costs_no_cell() -> None:
    """In tables with edges and in tables without."""
    edged = text_lines("| a | b | c |\n| 1 | 2 | 3\n4 | 5 | 6 |\n")
    assert [("a", "b", "c"), ("1", "2", "3"), ("4", "5", "6")] == [line.cells for line in edged]
    bare = text_lines("a | b | c | d\n--|--|--|--\n | 2 | 3 | 4\n")
    assert ("", "2", "3", "4") == bare[-1].cells
