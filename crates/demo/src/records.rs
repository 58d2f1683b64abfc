//! What the company's people wrote down: companies, contacts, deals, leads, tickets, tasks and products.

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
    /// Several texts.
    Tags(&'static [&'static str]),
    /// Parts of an address, by name.
    Address(Address),
    /// A customer, by its place among those that were given.
    Customer(usize),
    /// A record, by its place among these.
    Record(usize),
    /// A record, by its place among these, as the only one of several.
    Only(usize),
}

/// Parts of an address, by name.
pub type Address = [(&'static str, &'static str); 3];

/// A record to be written: its object and its values by field.
pub type Record = (&'static str, Vec<(&'static str, Written)>);

const COMPANIES: [(&str, &str, &str, Address); 6] = [
    ("苏州晨光母婴连锁", "零售", "0512-6288 1100", [("region", "江苏"), ("city", "苏州"), ("street", "星湖街 328 号")]),
    ("杭州小叶子贸易", "贸易", "0571-8810 2200", [("region", "浙江"), ("city", "杭州"), ("street", "文三路 90 号")]),
    ("上海亲贝商贸", "零售", "021-6448 3300", [("region", "上海"), ("city", "上海"), ("street", "张江路 665 号")]),
    ("广州童悦供应链", "物流", "020-3877 4400", [("region", "广东"), ("city", "广州"), ("street", "天河路 385 号")]),
    ("北京启明教育", "教育", "010-8266 5500", [("region", "北京"), ("city", "北京"), ("street", "中关村大街 27 号")]),
    ("成都安心医疗", "医疗", "028-8533 6600", [("region", "四川"), ("city", "成都"), ("street", "天府大道 999 号")]),
];
const TAGS: [&[&str]; 4] = [&["重点客户"], &["重点客户", "年框"], &["新客"], &["需回访"]];
const JOBS: [&str; 4] = ["采购经理", "店长", "总经理", "财务主管"];
const TASKS: [&str; 4] = ["寄送样品", "确认合同条款", "回访使用情况", "准备季度汇报"];
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
    let first = all.len();
    for (place, (name, industry, phone, address)) in COMPANIES.into_iter().enumerate() {
        let values = vec![
            ("name", text(name)),
            ("industry", text(industry)),
            ("phone", text(phone)),
            ("address", Written::Address(address)),
            ("employees", Written::Text(rng.between(20, 3_000).to_string())),
            ("tags", Written::Tags(TAGS.get(place % TAGS.len()).copied().unwrap_or_default())),
        ];
        all.push(("company", values));
    }
    for (place, name) in names.iter().enumerate() {
        let company = first + place % COMPANIES.len();
        let contact = all.len();
        let values = vec![
            ("name", text(name)),
            ("company", Written::Record(company)),
            ("job", text(rng.pick(&JOBS))),
            ("customer", Written::Customer(place)),
            ("tags", Written::Tags(TAGS.get(place / 2 % TAGS.len()).copied().unwrap_or_default())),
        ];
        all.push(("contact", values));
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
            ("company", Written::Record(company)),
            ("contacts", Written::Only(contact)),
            whose.clone(),
        ];
        if place % 4 == 0 {
            let values = vec![
                ("subject", text(rng.pick(&TASKS))),
                ("status", text(rng.pick(&["未开始", "进行中", "已完成"]))),
                ("priority", text(rng.pick(&["低", "中", "高"]))),
                ("due_at", Written::Text(day(rng.between(-3, 20)))),
                ("deal", Written::Record(all.len())),
                ("contact", Written::Record(contact)),
                whose.clone(),
            ];
            all.push(("deal", deal));
            all.push(("task", values));
        } else {
            all.push(("deal", deal));
        }
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
