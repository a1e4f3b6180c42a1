"""The departments of the demonstration's county, their check items and specialties."""

from typing import NamedTuple

OFFICE = "yangcheng"
OFFICE_NAME = "阳城县市场监管领域双随机一公开监管工作领导小组办公室"
TERRITORY = "阳城县"


class Body(NamedTuple):
    """A department: code, name, further names, and how many of the officers are its own."""

    code: str
    name: str
    aliases: tuple[str, ...] = ()
    officers: int = 3


COUNTY_BODIES = (
    Body("scjg", "县市场监管局", ("阳城县市场监督管理局", "县市场监督管理局"), 18),
    Body("jy", "县教育局", ("阳城县教育局",), 16),
    Body("wj", "县卫健局", ("阳城县卫生健康局", "县卫生健康局"), 16),
    Body("qx", "县气象局", ("阳城县气象局",)),
    Body("rs", "县人社局", ("阳城县人力资源和社会保障局", "县人力资源和社会保障局")),
    Body("zj", "县住建局", ("阳城县住房和城乡建设管理局", "县住房和城乡建设局"), 4),
    Body("sw", "县水务局", ("阳城县水务局",)),
    Body(
        "sthj",
        "市生态环境局阳城分局",
        ("县生态环境局阳城分局", "县生态环境局", "晋城市生态环境局阳城分局"),
        4,
    ),
    Body("jt", "县交通局", ("县交通运输局", "阳城县交通运输局"), 4),
    Body("nync", "县农业农村局", ("阳城县农业农村局",), 4),
    Body("kj", "县科技局", ("阳城县科学技术局",)),
    Body("sww", "县商务局", ("阳城县商务局",)),
    Body("wl", "县文旅局", ("阳城县文化和旅游局", "县文化和旅游局"), 4),
    Body("ga", "县公安局", ("阳城县公安局",), 4),
    Body("tj", "县统计局", ("阳城县统计局",)),
    Body("ny", "县能源局", ("阳城县能源局",)),
    Body("fg", "县发改局", ("阳城县发展和改革局", "县发展和改革局")),
    Body("xf", "县消防救援大队", ("县消防大队", "阳城县消防救援大队"), 4),
    Body("yb", "县医保局", ("阳城县医疗保障局", "县医疗保障局")),
    Body("sp", "县行政审批局", ("阳城县行政审批服务管理局",)),
    Body("ly", "县林业局", ("阳城县林业局",)),
    Body("yj", "县应急局", ("阳城县应急管理局", "县应急管理局")),
    Body("zr", "县自然资源局", ("阳城县自然资源局",)),
    Body("yc", "县烟草局", ("阳城县烟草专卖局", "县烟草专卖局")),
)
"""Every initiator and partner of the notice's county rows 1–48, under each spelling it uses."""

CITY_BODIES = (
    Body("city-xwcb", "市新闻出版局", ("晋城市新闻出版局",), 0),
    Body("city-wl", "市文旅局", ("晋城市文化和旅游局",), 0),
    Body("city-ga", "市公安局", ("晋城市公安局",), 0),
    Body("city-xf", "市消防救援支队", ("晋城市消防救援支队",), 0),
    Body("city-scjg", "市市场监管局", ("晋城市市场监督管理局",), 0),
    Body("city-mz", "市民政局", ("晋城市民政局",), 0),
    Body("city-yj", "市应急管理局", ("晋城市应急管理局",), 0),
    Body("city-zj", "市住建局", ("晋城市住房和城乡建设局",), 0),
    Body("city-wj", "市卫健委", ("晋城市卫生健康委员会",), 0),
    Body("city-ny", "市能源局", ("晋城市能源局",), 0),
    Body("city-yb", "市医保局", ("晋城市医疗保障局",), 0),
    Body("city-xc", "市委宣传部", ("中共晋城市委宣传部",), 0),
    Body("city-fg", "市发改局", ("市发改委", "晋城市发展和改革委员会"), 0),
)
"""Those of rows 49–63; “市场监督管理局” of row 63 has lost its prefix and is nobody's name here."""


class Item(NamedTuple):
    """A check item: department's code, item's code and name, specialty, grade, object class."""

    body: str
    code: str
    name: str
    specialty: str = ""
    grade: str = "一般"
    objects: str = ""


ITEMS = (
    Item("scjg", "SC-01", "登记事项检查", objects="市场主体"),
    Item("scjg", "SC-02", "公示信息检查", objects="市场主体"),
    Item("scjg", "SC-03", "校服等学生用品质量检查", "产品质量", objects="学校"),
    Item("scjg", "SC-05", "价格和收费行为检查", "价格监管"),
    Item("scjg", "SC-07", "学校食堂食品安全检查", "食品安全", "重点", "学校、托幼机构"),
    Item("scjg", "SC-08", "学校食堂食品经营许可检查", "食品安全", "重点", "学校、托幼机构"),
    Item("scjg", "SC-11", "检验检测机构检查", "产品质量", "重点", "检验检测机构"),
    Item("scjg", "SC-12", "拍卖活动检查", objects="拍卖企业"),
    Item("jy", "JY-01", "中小学办学情况检查", "教育督导", "重点", "学校"),
    Item("jy", "JY-02", "民办学校招生、办学情况检查", "教育督导", "一般", "民办学校"),
    Item("jy", "JY-03", "校外培训机构检查", "", "重点", "校外培训机构"),
    Item("jy", "JY-04", "学校食堂管理和集中用餐陪餐制度检查", "教育督导", "重点", "学校、托幼机构"),
    Item("wj", "WJ-01", "学校卫生和传染病防控检查", "学校卫生", "重点", "学校、托幼机构"),
    Item("wj", "WJ-02", "学校生活饮用水卫生检查", "学校卫生", "重点", "学校、托幼机构"),
    Item("wj", "WJ-03", "公共场所卫生检查", "公共卫生", "一般", "公共场所"),
    Item("wj", "WJ-04", "游泳场馆卫生检查", "公共卫生", "一般", "游泳场馆"),
    Item("qx", "QX-01", "防雷安全检查", "防雷安全"),
    Item("qx", "QX-02", "学校气象灾害防御教育检查", objects="学校"),
    Item("rs", "RS-01", "劳务派遣用工检查"),
    Item("rs", "RS-02", "工资支付情况检查", grade="重点"),
    Item("zj", "ZJ-01", "建筑工程项目监督检查", "工程质量", "重点"),
    Item("zj", "ZJ-02", "商品房销售行为检查"),
    Item("sw", "SW-01", "水利工程质量检查", "工程质量"),
    Item("sw", "SW-02", "水土保持方案检查"),
    Item("sthj", "ST-01", "污染防治设施运行检查", "环境监测", "重点"),
    Item("sthj", "ST-02", "机动车排放检验检查", "环境监测"),
    Item("jt", "JT-01", "道路危险货物运输企业检查", grade="重点"),
    Item("jt", "JT-02", "机动车维修经营行为检查"),
    Item("nync", "NY-01", "农药、种子、肥料经营检查", "农资监管", "重点"),
    Item("nync", "NY-02", "饲料、兽药检查", "农资监管"),
    Item("kj", "KJ-01", "汽车销售市场检查"),
    Item("sww", "SW-11", "单用途商业预付卡检查"),
    Item("wl", "WL-01", "娱乐场所经营情况检查"),
    Item("wl", "WL-02", "营业性演出检查"),
    Item("ga", "GA-01", "保安服务公司检查"),
    Item("ga", "GA-02", "旅馆业治安管理检查", grade="重点"),
    Item("tj", "TJ-01", "依法提供统计资料情况检查"),
    Item("ny", "NYJ-01", "电力企业监督检查"),
    Item("fg", "FG-01", "人防工程维护管理检查"),
    Item("xf", "XF-01", "履行消防安全职责情况检查", "消防监督", "重点"),
    Item("yb", "YB-01", "医疗保障经办服务检查"),
    Item("sp", "SP-01", "政务服务事项清单检查"),
    Item("ly", "LY-01", "林草种苗质量检查"),
    Item("ly", "LY-02", "人工繁育许可检查"),
    Item("yj", "YJ-01", "安全生产监督检查", "安全生产", "重点"),
    Item("zr", "ZR-01", "矿山用地和地质环境检查"),
    Item("yc", "YC-01", "烟草专卖零售许可检查", grade="重点"),
    Item("yc", "YC-02", "电子烟零售经营检查"),
)

BASES = {
    "SC-01": "《中华人民共和国市场主体登记管理条例》第三十八条",
    "SC-02": "《企业信息公示暂行条例》",
    "SC-03": "《中华人民共和国产品质量法》第十五条",
    "SC-05": "《中华人民共和国价格法》第三十三条",
    "SC-07": "《中华人民共和国食品安全法》第一百一十条；《学校食品安全与营养健康管理规定》",
    "SC-08": "《中华人民共和国食品安全法》第三十五条、第一百一十条",
    "SC-11": "《检验检测机构监督管理办法》",
    "SC-12": "《中华人民共和国拍卖法》",
    "JY-01": "《中华人民共和国教育法》",
    "JY-02": "《中华人民共和国民办教育促进法》",
    "JY-03": "《中华人民共和国民办教育促进法》",
    "JY-04": "《学校食品安全与营养健康管理规定》",
    "WJ-01": "《学校卫生工作条例》",
    "WJ-02": "《生活饮用水卫生监督管理办法》",
    "WJ-03": "《公共场所卫生管理条例》",
    "WJ-04": "《公共场所卫生管理条例》",
    "QX-01": "《中华人民共和国气象法》第三十一条",
    "QX-02": "《气象灾害防御条例》",
    "RS-01": "《中华人民共和国劳动合同法》；《劳务派遣行政许可实施办法》",
    "RS-02": "《劳动保障监察条例》",
    "ZJ-01": "《建设工程质量管理条例》",
    "ZJ-02": "《商品房销售管理办法》",
    "SW-01": "《建设工程质量管理条例》",
    "SW-02": "《中华人民共和国水土保持法》",
    "ST-01": "《中华人民共和国环境保护法》第二十四条",
    "ST-02": "《中华人民共和国大气污染防治法》",
    "JT-01": "《中华人民共和国道路运输条例》",
    "JT-02": "《机动车维修管理规定》",
    "NY-01": "《农药管理条例》；《中华人民共和国种子法》",
    "NY-02": "《饲料和饲料添加剂管理条例》；《兽药管理条例》",
    "KJ-01": "《汽车销售管理办法》",
    "SW-11": "《单用途商业预付卡管理办法（试行）》",
    "WL-01": "《娱乐场所管理条例》",
    "WL-02": "《营业性演出管理条例》",
    "GA-01": "《保安服务管理条例》",
    "GA-02": "《旅馆业治安管理办法》",
    "TJ-01": "《中华人民共和国统计法》",
    "NYJ-01": "《电力监管条例》",
    "FG-01": "《中华人民共和国人民防空法》",
    "XF-01": "《中华人民共和国消防法》第五十三条",
    "YB-01": "《医疗保障基金使用监督管理条例》",
    "SP-01": "《优化营商环境条例》",
    "LY-01": "《中华人民共和国种子法》",
    "LY-02": "《中华人民共和国野生动物保护法》",
    "YJ-01": "《中华人民共和国安全生产法》第六十五条",
    "ZR-01": "《矿山地质环境保护规定》",
    "YC-01": "《中华人民共和国烟草专卖法》",
    "YC-02": "《电子烟管理办法》",
}
"""The basis of each item, by its code: the law that the trade checks by."""

SPECIALTIES: dict[str, tuple[str, ...]] = {
    "scjg": ("食品安全", "价格监管", "产品质量"),
    "jy": ("教育督导", "校车安全"),
    "wj": ("学校卫生", "公共卫生"),
}
"""What the officers of the three main departments know; the first is what a school canteen asks for."""


def specialties_of(code: str) -> tuple[str, ...]:
    """The specialties that a department's officers have: the list above, else those of its items."""
    listed = SPECIALTIES.get(code)
    if listed is not None:
        return listed
    return tuple(dict.fromkeys(item.specialty for item in ITEMS if item.body == code and item.specialty))
