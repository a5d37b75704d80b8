"""Words and codes of the demo district: plainly fictional, well-formed, the same for a seed."""

from random import Random

from stdnum.cn import ric, uscc

COMPANY_WORDS = (
    "青禾 云杉 海棠 晨曦 瑞景 和风 锦程 万象 安澜 嘉木 朗月 清泉 星河 春晖 丰年 高岳 广源 恒信 鸿雁 华庭 汇川 佳境 建安 金穗 "
    "景明 康宁 乐居 礼和 良辰 林海 龙泉 绿野 明德 南山石 宁远 鹏程 平湖 启明 千帆 庆余 泉韵 仁和 荣光 瑞雪 润泽 山水间 上善 盛世 "
    "松涛 泰和 天成 同心 万家 维新 文心 五谷 祥云 新程 信达 兴邦 雅苑 阳光里 怡景 益民 银杏 永安 友邻 雨润 玉兰 远方 悦府 正源 "
    "知行 至诚 中和 众邻 卓越 紫荆 白鹭 碧波 长青 橙光 春田 大雁 丹枫 东篱 芳草 枫林 福田里 甘棠 耕读 桂香 海晏 河清 荷塘 鹤鸣 "
    "红棉 槐荫 徽音 惠风 际会 江帆 九章 橘井 兰亭 莲心 柳岸 鹭岛 梅岭 木棉 鸥鸣 蒲公英 麒麟石 秋实 桑梓 扇贝 石榴 霜叶 水杉 苏木 "
    "檀香 桃源 梧桐 溪山 夏荷 杏林 燕归 杨柳 椰风 银河 迎春 榆林 云岭 竹溪 紫藤"
).split()
ESTATE_FIRST = (
    "碧海 云庭 翠湖 锦绣 金港 海裕 丽景 春和 花语 天悦 星汇 中熙 御景 松湖 尚园 水岸 华侨里 西城 宝晖 福永里 沙井湾 桥头 凤凰岗 "
    "塘尾 流塘 上合 铁岗 固戍 黄田 钟屋 新田 白石 厦边 后亭 罗租 官田 浪心 洪桥 潭头 江边 花果山 红树湾 前湾 大铲 铂悦 尚都 枫丹 "
    "白鹭洲 听涛 望海 揽月 听松 采荷 问渠 鸣泉 归雁 逸云 沐阳 思源 怀德 致远 乐山 知音"
).split()
ESTATE_LAST = {
    "commodity": ("花园", "雅苑", "名庭", "公馆", "华府", "家园", "云庭", "轩", "湾畔", "广场住宅"),
    "village": ("新村", "旧围", "统建楼", "村", "老围", "工业区宿舍", "围村"),
    "affordable": ("安居苑", "人才公寓", "保障房小区"),
}
SURNAMES = (
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤花方"
)
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰建国文志宁欣然宇轩梓涵浩子墨雨泽思远嘉怡晓峰海燕春梅雪松"


def person_name(random: Random) -> str:
    """A made-up name."""
    return random.choice(SURNAMES) + "".join(random.sample(GIVEN, random.choice((1, 2, 2))))


def company(index: int) -> tuple[str, str]:
    """(credit code with its right check digit, name) of the n-th company."""
    body = f"91440300MA5Y{index:05d}"
    word = COMPANY_WORDS[index % len(COMPANY_WORDS)]
    more = "" if index < len(COMPANY_WORDS) else str(index // len(COMPANY_WORDS) + 1)
    kind = ("物业管理", "物业服务", "物业发展")[index % 3]
    return body + uscc.calc_check_digit(body), f"深圳市示例{word}{more}{kind}有限公司"


def id_number(random: Random, index: int) -> str:
    """A well-formed ID number that no real office issues in such order; only its hash is kept."""
    born = f"{1960 + index % 38:04d}{1 + index % 12:02d}{1 + index % 28:02d}"
    body = f"440306{born}{(index * 7 + random.randrange(7)) % 1000:03d}"
    return body + ric.calc_check_digit(body + "0")


def phone(index: int) -> str:
    """A number from the block that is kept free for examples."""
    return f"0755-0000{index % 10000:04d}"
