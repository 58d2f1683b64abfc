//! What the company's people wrote down: deals, leads, tickets and products.

use crate::rng::Rng;
use crate::words::goods::{CATEGORIES, PRODUCTS};

/// A value of a record's field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// Text, or a number or day as text.
    Text(String),
    /// Yes or no.
    Yes(bool),
    /// One of several choices.
    Among(&'static str),
    /// A customer, by its place among those that were given.
    Customer(usize),
}

/// A record to be written: its object and its values by field.
pub type Record = (&'static str, Vec<(&'static str, Written)>);

const PROJECTS: [&str; 6] = ["年度集采", "门店补货", "礼盒定制", "二期扩容", "试点合作", "续约"];
const STAGES: [(&str, &str); 6] =
    [("初步接洽", "10"), ("需求确认", "30"), ("方案报价", "50"), ("谈判", "70"), ("赢单", "100"), ("输单", "0")];
const REGIONS: [&str; 4] = ["华东", "华南", "华北", "西部"];
const STEPS: [&str; 5] = ["发送方案", "约产品演示", "等法务意见", "电话回访", "确认交期"];
const SUBJECTS: [(&str, &str); 6] = [
    ("奶粉罐体凹陷", "质量"),
    ("推车轮子异响", "质量"),
    ("快递三天未更新", "物流"),
    ("申请退差价", "退款"),
    ("咨询安全座椅安装", "咨询"),
    ("发票抬头写错", "咨询"),
];

/// The records of a company with customers of these names; `day` writes the day that is so many days from today.
#[must_use]
pub fn records(seed: u64, names: &[String], day: impl Fn(i64) -> String) -> Vec<Record> {
    let mut rng = Rng::new(seed, 77);
    let text = |text: &str| Written::Text(text.to_owned());
    let mut all = Vec::new();
    for product in PRODUCTS {
        let category = CATEGORIES.get(product.category).copied().unwrap_or_default();
        let values = vec![
            ("name", text(product.name)),
            ("category", text(category)),
            ("price", Written::Text(product.high.to_string())),
            ("on_sale", Written::Yes(rng.chance(0.9))),
        ];
        all.push(("product", values));
    }
    for (place, name) in names.iter().enumerate() {
        let whose = ("customer", Written::Customer(place));
        let (stage, probability) = STAGES.get(place % STAGES.len()).copied().unwrap_or_default();
        let amount = rng.between(2_000, 180_000);
        let close = rng.between(-30, 90);
        let deal = vec![
            ("name", Written::Text(format!("{name}{}", rng.pick(&PROJECTS)))),
            ("stage", text(stage)),
            ("amount", Written::Text(amount.to_string())),
            ("probability", text(probability)),
            ("close_on", Written::Text(day(close))),
            ("region", text(rng.pick(&REGIONS))),
            ("next_step", text(rng.pick(&STEPS))),
            whose.clone(),
        ];
        all.push(("deal", deal));
        if place % 2 == 0 {
            let (subject, label) = SUBJECTS.get(place / 2 % SUBJECTS.len()).copied().unwrap_or_default();
            let ticket = vec![
                ("subject", text(subject)),
                ("status", text(rng.pick(&["新建", "处理中", "等待客户", "已解决"]))),
                ("priority", text(rng.pick(&["低", "中", "高", "紧急"]))),
                ("tags", Written::Among(label)),
                whose,
            ];
            all.push(("ticket", ticket));
        }
        if place % 3 == 0 {
            let lead = vec![
                ("name", Written::Text(format!("{name}的朋友咨询{}", rng.pick(&CATEGORIES)))),
                ("status", text(rng.pick(&["未处理", "跟进中", "无效"]))),
                ("source", text(rng.pick(&["官网", "活动", "转介绍", "广告"]))),
            ];
            all.push(("lead", lead));
        }
    }
    all
}
