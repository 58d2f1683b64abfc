//! What the shops sell.

/// The categories.
pub(crate) const CATEGORIES: [&str; 5] = ["母婴", "数码", "家居", "玩具", "个护"];

/// A product: its name, the place of its category, its price in yuan from and to.
#[derive(Clone, Copy, Default)]
pub(crate) struct Product {
    pub(crate) name: &'static str,
    pub(crate) category: usize,
    pub(crate) low: i64,
    pub(crate) high: i64,
}

const fn product(name: &'static str, category: usize, low: i64, high: i64) -> Product {
    Product { name, category, low, high }
}

/// The products.
pub(crate) const PRODUCTS: [Product; 40] = [
    product("婴儿配方奶粉三段", 0, 238, 358),
    product("超薄纸尿裤", 0, 99, 169),
    product("婴儿推车", 0, 699, 1899),
    product("安全座椅", 0, 899, 2399),
    product("恒温调奶器", 0, 159, 329),
    product("宝宝辅食机", 0, 199, 459),
    product("有机米粉", 0, 58, 98),
    product("婴儿连体衣", 0, 79, 159),
    product("吸奶器", 0, 299, 899),
    product("孕妇枕", 0, 129, 269),
    product("蓝牙耳机", 1, 199, 1299),
    product("儿童手表", 1, 399, 1398),
    product("平板电脑", 1, 1499, 3299),
    product("智能音箱", 1, 149, 599),
    product("移动电源", 1, 79, 199),
    product("扫地机器人", 1, 1299, 3699),
    product("家用摄像头", 1, 129, 329),
    product("电子书阅读器", 1, 658, 1398),
    product("快充充电器", 1, 59, 149),
    product("智能门锁", 1, 899, 1999),
    product("四件套", 2, 199, 699),
    product("乳胶枕", 2, 129, 399),
    product("空气净化器", 2, 799, 2599),
    product("护眼台灯", 2, 169, 499),
    product("儿童书桌", 2, 699, 1999),
    product("不粘炒锅", 2, 129, 359),
    product("保温杯", 2, 59, 189),
    product("除湿机", 2, 599, 1499),
    product("收纳柜", 2, 99, 359),
    product("加湿器", 2, 99, 399),
    product("磁力片积木", 3, 99, 329),
    product("木质拼图", 3, 39, 99),
    product("遥控赛车", 3, 129, 359),
    product("过家家厨房", 3, 159, 399),
    product("平衡车", 3, 199, 699),
    product("电动牙刷", 4, 129, 599),
    product("儿童防晒霜", 4, 69, 149),
    product("婴儿洗衣液", 4, 39, 89),
    product("吹风机", 4, 149, 899),
    product("护手霜礼盒", 4, 49, 129),
];
