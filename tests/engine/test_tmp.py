from sqlmodel import select, text
def test_db(database):
    with database.write() as s:
        from tests.builders import add_world
        add_world(s)
        from models.plan import PlanRow
        assert len(s.exec(select(PlanRow)).all())==1
async def test_skip(skipping, embedded):
    assert skipping.supports_time_skipping
    print(await skipping.get_current_time())
