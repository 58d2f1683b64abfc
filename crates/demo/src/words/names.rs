//! Names of people who do not exist, and where they live.

/// Common surnames, the commonest first.
pub(crate) const SURNAMES: [&str; 48] = [
    "王", "李", "张", "刘", "陈", "杨", "黄", "赵", "吴", "周", "徐", "孙", "马", "朱", "胡", "郭", "何", "林", "高",
    "罗", "郑", "梁", "谢", "宋", "唐", "许", "韩", "邓", "冯", "曹", "彭", "曾", "肖", "田", "董", "潘", "袁", "蔡",
    "蒋", "余", "于", "杜", "叶", "程", "魏", "苏", "吕", "欧阳",
];

/// First characters of given names, mostly of women.
pub(crate) const WOMEN: [&str; 32] = [
    "雨", "思", "欣", "梦", "佳", "静", "雅", "婷", "晓", "诗", "若", "语", "芷", "可", "美", "丽", "慧", "玉", "秀",
    "月", "雪", "清", "安", "心", "文", "嘉", "悦", "书", "念", "以", "沐", "锦",
];

/// Second characters of given names, mostly of women.
pub(crate) const WOMEN_SECOND: [&str; 24] = [
    "涵", "怡", "琪", "婷", "敏", "娟", "芳", "萱", "瑶", "莹", "洁", "岚", "菲", "妍", "彤", "宁", "然", "珊", "蕾",
    "薇", "兰", "溪", "云", "晴",
];

/// First characters of given names, mostly of men.
pub(crate) const MEN: [&str; 32] = [
    "子", "浩", "宇", "志", "建", "明", "俊", "伟", "嘉", "天", "泽", "博", "思", "家", "文", "国", "海", "永", "晨",
    "凯", "逸", "星", "景", "一", "承", "绍", "立", "启", "正", "少", "育", "清",
];

/// Second characters of given names, mostly of men.
pub(crate) const MEN_SECOND: [&str; 24] = [
    "轩", "然", "宇", "杰", "豪", "强", "军", "鹏", "涛", "斌", "远", "峰", "昊", "辰", "航", "磊", "琪", "飞", "毅",
    "诚", "洋", "舟", "阳", "安",
];

/// Those who are about to buy again: name and whether a woman.
pub(crate) const SOON: [(&str, bool); 6] =
    [("林晓雨", true), ("周子昂", false), ("陈思琪", true), ("许嘉宁", true), ("何以安", false), ("宋清妍", true)];

/// A city with some of its districts.
#[derive(Clone, Copy, Default)]
pub(crate) struct City {
    pub(crate) name: &'static str,
    pub(crate) districts: [&'static str; 4],
}

const fn city(name: &'static str, districts: [&'static str; 4]) -> City {
    City { name, districts }
}

/// The cities.
pub(crate) const CITIES: [City; 6] = [
    city("上海", ["浦东新区", "徐汇区", "闵行区", "杨浦区"]),
    city("杭州", ["西湖区", "滨江区", "拱墅区", "余杭区"]),
    city("南京", ["鼓楼区", "建邺区", "江宁区", "玄武区"]),
    city("苏州", ["姑苏区", "虎丘区", "吴中区", "相城区"]),
    city("宁波", ["海曙区", "鄞州区", "江北区", "镇海区"]),
    city("合肥", ["蜀山区", "包河区", "庐阳区", "瑶海区"]),
];

/// Roads that many cities have.
pub(crate) const ROADS: [&str; 12] = [
    "人民路",
    "中山路",
    "文化路",
    "和平路",
    "建设路",
    "春晓路",
    "学院路",
    "花园路",
    "新华路",
    "长江路",
    "梅园路",
    "滨河路",
];

/// A shop: its code, what people call it, the place of its city.
#[derive(Clone, Copy, Default)]
pub(crate) struct Store {
    pub(crate) code: &'static str,
    pub(crate) name: &'static str,
    pub(crate) city: usize,
}

const fn store(code: &'static str, name: &'static str, city: usize) -> Store {
    Store { code, name, city }
}

/// The shops.
pub(crate) const STORES: [Store; 14] = [
    store("SH-01", "上海徐家汇店", 0),
    store("SH-02", "上海五角场店", 0),
    store("SH-03", "上海张江店", 0),
    store("SH-04", "上海莘庄店", 0),
    store("HZ-01", "杭州湖滨店", 1),
    store("HZ-02", "杭州滨江店", 1),
    store("HZ-03", "杭州未来科技城店", 1),
    store("NJ-01", "南京新街口店", 2),
    store("NJ-02", "南京河西店", 2),
    store("SZ-01", "苏州观前店", 3),
    store("SZ-02", "苏州园区店", 3),
    store("NB-01", "宁波天一店", 4),
    store("NB-02", "宁波东部新城店", 4),
    store("HF-01", "合肥政务区店", 5),
];
