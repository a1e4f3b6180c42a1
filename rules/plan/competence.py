"""Which trades a department is competent for (一业一查): general knowledge, used only as evidence.

The key is a word of the department's name, the value words of tasks and subjects of its trade.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

TRADES: dict[str, str] = {
    "教育": "学校|中小学|幼儿园|培训|招生|办学|教育|教学|校外|民办",
    "文化|文旅|旅游": "文化|演出|娱乐|艺术品|旅行社|景区|互联网上网|网吧|歌舞|游艺|影剧院|文物|旅游|导游|民宿",
    "新闻出版|宣传": "出版|印刷|电影|放映|新闻|书店|发行|装潢",
    "市场监管|市场监督|工商": "食品|计量|特种设备|检验检测|认证|广告|年度报告|年报|登记事项|商标|专利|价格|网络交易|药品|医疗器械|化妆品|食堂|质量监督|直销",
    "农业": "种子|农药|肥料|兽药|饲料|畜禽|农产品|农机|种畜|屠宰|渔业|农作物|生鲜乳|农业",
    "林业|规划和自然|自然资源|林草": "林木|林草|种苗|野生动|野生植|繁育|木材|苗木|森林|草原",
    "自然资源|国土|规划": "矿业权|测绘|地图|土地|采矿|勘查|矿产|不动产|规划",
    "公安": "保安|爆破|民爆|民用爆炸|旅馆|典当|废旧金属|枪支|剧毒|印章|开锁|网络安全|易制毒|易制爆",
    "商务|工信|科技|工业和信息": "商业预付卡|单用途|成品油|加油站|二手车|新车|汽车销售|拍卖|外商投资|报废机动车|零售商|酒类|家电|再生资源|对外劳务",
    "交通": "道路运输|客运|货运|货物运输|出租|机动车维修|驾驶员培训|驾培|公路|港口|水路|网约|运输企业|运输车辆|公交|超限",
    "住建|住房|建设": "房地产|物业|建筑|施工|燃气|工程质量|房屋|建设工程|工程造价|中介|经纪|供水|市政|监理|招标",
    "城市管理|城管|行政执法": "市容|环卫|环境卫生|燃气|园林|绿化|垃圾|户外广告|渣土|沿街|供热|供水|照明",
    "生态环境|环境保护|环保": "排污|污染|污水|固体废物|危险废物|环境|臭氧|放射|机动车排放|辐射|噪声|碳排放|消耗臭氧|ODS",
    "应急|安监": "危险化学品|危化|冶金|工贸|非煤矿山|安全生产|烟花爆竹|尾矿|化工|矿山",
    "能源|煤炭": "煤矿|煤炭|电力|油气|管道|新能源|光伏|风电|洗选|充电|节能",
    "人社|人力资源": "劳务派遣|用人单位|人力资源|劳动|工资|社会保险|职业中介|用工|社保|技工|职业培训",
    "民政": "养老|殡葬|社会组织|慈善|社团|公墓|儿童福利|民办非企业|基金会|婚介|救助",
    "卫健|卫生": "医疗机构|公共场所|游泳|商场|卫生|诊所|职业健康|放射诊疗|消毒|血液|饮用水|美容美发|医疗美容|宾馆|托育|医师",
    "体育": "体育|游泳|滑雪|健身|攀岩|潜水|高危险性",
    "医保|医疗保障": "医保|医疗保障|定点医药|定点医疗|定点零售药店",
    "消防": "消防|人员密集",
    "气象": "气象|防雷|雷电|雷击|施放气球|人工影响",
    "统计": "统计|四上|规模以上",
    "烟草": "烟草|卷烟|烟|电子烟",
    "水务|水利": "取水|取用水|水土保持|水利|河道|采砂|节水|水资源|水库|用水|水文",
    "发改|发展和改革|粮食": "粮食|价格|节能|人防|人民防空|信用服务|招投标|能源消费|收购|储备|原粮|储粮",
    "人防|人民防空": "人防|人民防空|防空",
    "税务": "税|发票|涉税",
    "海关": "出口|进口|报关|保税|海关|进出口|口岸",
    "档案": "档案",
    "地震|防震": "地震|抗震",
    "邮政": "快递|邮政|寄递|邮件",
    "财政": "会计|代理记账|资产评估|政府采购|财政|注册会计|彩票",
    "司法": "律师|公证|司法鉴定|法律服务|鉴定机构|仲裁",
    "金融|人民银行|人行|银行": "小额贷款|融资担保|典当|支付|征信|金融|融资租赁|反洗钱",
    "民宗|民族|宗教": "宗教|清真|民族",
    "审批": "审批|中介服务",
    "药监|药品": "药品|医疗器械|化妆品",
    "知识产权": "专利|商标|地理标志|知识产权",
    "退役|国动": "烈士|国防动员",
    "保密": "保密|涉密",
    "残联": "残疾",
    "广电|广播": "广播|电视|卫星|视听",
    "文物": "文物|古建筑|考古",
    "园林": "园林|绿化|公园",
}
_TRADES = [(re.compile(names), re.compile(words)) for names, words in TRADES.items()]


class Competences:
    """How well the trades of departments fit the tasks of a document's rows.

    `rows` are (name, scope, items); a word in name or scope counts double, for items often name
    what another department does.
    """

    def __init__(self, rows: Sequence[tuple[str, str, str]]) -> None:
        self._rows = rows
        self._hits: dict[int, list[int]] = {}

    def margin(self, row: int, department: str) -> int:
        """Weighted words for the department's trades less those for the best other trade."""
        mine, rival = self._mine_and_rival(row, department)
        return mine - rival

    def fits(self, row: int, department: str) -> bool:
        """Whether no other trade fits the row better than the department's."""
        mine, rival = self._mine_and_rival(row, department)
        return mine > 0 and mine >= rival

    def _mine_and_rival(self, row: int, department: str) -> tuple[int, int]:
        hits = self._hits.get(row)
        if hits is None:
            hits = self._hits[row] = [_weight(words, self._rows[row]) for _, words in _TRADES]
        groups = _groups_of(department)
        mine = max((hits[k] for k in groups), default=0)
        rival = max((hit for k, hit in enumerate(hits) if k not in groups), default=0)
        return mine, rival


def speaks_of(text: str, department: str) -> bool | None:
    """Whether a text holds a word of the department's trades; None where these are not known."""
    groups = _groups_of(department)
    return any(_TRADES[k][1].search(text) for k in groups) if groups else None


@lru_cache(maxsize=512)
def _groups_of(department: str) -> frozenset[int]:
    return frozenset(k for k, (names, _) in enumerate(_TRADES) if names.search(department))


def _weight(words: re.Pattern[str], row: tuple[str, str, str]) -> int:
    name, scope, items = row
    main = set(words.findall(f"{name} {scope}"))
    return 2 * min(2, len(main)) + min(1, len(set(words.findall(items)) - main))
