//! The objects that every workspace has from the start.

use base::Text;

use crate::object::{CUSTOMER, Choice, Derived, Fact, NewField, NewObject, Source, Type};

/// What a field of a standard object holds.
enum Is {
    A(Type),
    OneOf(&'static [(&'static str, &'static str)]),
    AnyOf(&'static [(&'static str, &'static str)]),
    To(&'static str),
    Several(&'static str),
    Known(Type, Fact),
}

use Is::{A, AnyOf, Known, OneOf, Several, To};

type Row = (&'static str, &'static str, &'static str, Is);

fn choices(labels: &[(&str, &str)]) -> Vec<Choice> {
    let numbered = (0u8..).zip(labels);
    numbered
        .map(|(number, (zh, en))| Choice { number, label: Text::new(*zh, *en), archived: false, wants: Vec::new() })
        .collect()
}

/// The texts in which people stand by name or are told of, by object and field.
const PERSONAL: [(&str, &str); 13] = [
    (CUSTOMER, "name"),
    (CUSTOMER, "note"),
    ("contact", "name"),
    ("contact", "note"),
    ("task", "subject"),
    ("task", "note"),
    ("lead", "name"),
    ("lead", "note"),
    ("deal", "note"),
    ("ticket", "subject"),
    ("ticket", "description"),
    ("note", "title"),
    ("note", "body"),
];

/// The first field is what a record is called by, and required.
fn object(object: &str, icon: &str, zh: &str, en: &str, rows: Vec<Row>) -> NewObject {
    let field = |(place, (name, zh, en, is)): (usize, Row)| {
        let mut derived = None;
        let holds = match is {
            A(holds) => holds,
            Known(holds, fact) => {
                derived = Some(Derived { from: Source::Customer(fact), pending: false });
                holds
            }
            OneOf(labels) => Type::Choice { choices: choices(labels) },
            AnyOf(labels) => Type::MultiChoice { choices: choices(labels) },
            To(name) => Type::Relation { to: name.to_owned() },
            Several(name) => Type::Relations { to: name.to_owned() },
        };
        let personal = PERSONAL.contains(&(object, name));
        let required = place == 0 && derived.is_none();
        NewField { required, personal, derived, ..NewField::plain(name, Text::new(zh, en), holds) }
    };
    let fields = rows.into_iter().enumerate().map(field).collect();
    NewObject { name: object.to_owned(), label: Text::new(zh, en), icon: icon.to_owned(), fields }
}

/// The objects that every workspace has from the start.
#[must_use]
#[expect(clippy::too_many_lines, reason = "a table")]
pub fn standard_objects() -> Vec<NewObject> {
    let text = || A(Type::Text);
    let customer = || ("customer", "客户", "customer", A(Type::Customer));
    let amount = || ("amount", "金额", "amount", A(Type::Money));
    let note = || ("note", "备注", "notes", A(Type::LongText));
    vec![
        object(
            CUSTOMER,
            "customers",
            "客户",
            "customer",
            vec![
                ("name", "姓名", "name", Known(Type::Text, Fact::Name)),
                ("phone", "电话", "phone", Known(Type::Phone, Fact::Phone)),
                ("email", "邮箱", "e-mail", Known(Type::Email, Fact::Email)),
                ("tags", "标签", "tags", Known(Type::Tags, Fact::Tags)),
                ("level", "客户级别", "level", OneOf(&[("重点", "key"), ("普通", "regular"), ("低频", "occasional")])),
                ("region", "地区", "region", text()),
                ("last_seen", "最近出现", "last seen", Known(Type::Instant, Fact::LastSeen)),
                ("first_seen", "首次出现", "first seen", Known(Type::Instant, Fact::FirstSeen)),
                ("events", "事件数", "events", Known(Type::Number, Fact::Events)),
                note(),
            ],
        ),
        object(
            "company",
            "visit",
            "公司",
            "company",
            vec![
                ("name", "公司名称", "company name", text()),
                ("industry", "行业", "industry", text()),
                ("website", "网站", "website", A(Type::Link)),
                ("phone", "电话", "phone", A(Type::Phone)),
                ("address", "地址", "address", A(Type::Address)),
                ("employees", "员工人数", "employees", A(Type::Number)),
                customer(),
                ("tags", "标签", "tags", A(Type::Tags)),
                note(),
            ],
        ),
        object(
            "contact",
            "profile",
            "联系人",
            "contact",
            vec![
                ("name", "姓名", "name", text()),
                ("company", "公司", "company", To("company")),
                ("job", "职务", "job title", text()),
                ("phone", "电话", "phone", A(Type::Phone)),
                ("email", "邮箱", "e-mail", A(Type::Email)),
                ("address", "地址", "address", A(Type::Address)),
                customer(),
                ("tags", "标签", "tags", A(Type::Tags)),
                note(),
            ],
        ),
        object(
            "lead",
            "sales",
            "线索",
            "lead",
            vec![
                ("name", "线索名称", "lead name", text()),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[
                        ("未处理", "new"),
                        ("跟进中", "working"),
                        ("已转化", "converted"),
                        ("无效", "unqualified"),
                    ]),
                ),
                ("phone", "电话", "phone", A(Type::Phone)),
                ("email", "邮箱", "e-mail", A(Type::Email)),
                ("company", "公司", "company", text()),
                (
                    "source",
                    "来源",
                    "source",
                    OneOf(&[
                        ("官网", "website"),
                        ("活动", "event"),
                        ("转介绍", "referral"),
                        ("广告", "advertising"),
                        ("其他", "other"),
                    ]),
                ),
                customer(),
                note(),
            ],
        ),
        object(
            "deal",
            "trade",
            "商机",
            "deal",
            vec![
                ("name", "商机名称", "deal name", text()),
                (
                    "stage",
                    "阶段",
                    "stage",
                    OneOf(&[
                        ("初步接洽", "contacted"),
                        ("需求确认", "qualified"),
                        ("方案报价", "proposal"),
                        ("谈判", "negotiation"),
                        ("赢单", "won"),
                        ("输单", "lost"),
                    ]),
                ),
                amount(),
                ("probability", "赢率", "probability", A(Type::Percent)),
                ("close_on", "预计成交日期", "expected close", A(Type::Date)),
                customer(),
                (
                    "region",
                    "区域",
                    "region",
                    OneOf(&[
                        ("华东", "east"),
                        ("华南", "south"),
                        ("华北", "north"),
                        ("西部", "west"),
                        ("海外", "overseas"),
                    ]),
                ),
                ("next_step", "下一步", "next step", text()),
                ("company", "公司", "company", To("company")),
                ("contacts", "联系人", "contacts", Several("contact")),
                note(),
            ],
        ),
        object(
            "ticket",
            "service",
            "工单",
            "ticket",
            vec![
                ("subject", "主题", "subject", text()),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[
                        ("新建", "new"),
                        ("处理中", "open"),
                        ("等待客户", "waiting"),
                        ("已解决", "solved"),
                        ("已关闭", "closed"),
                    ]),
                ),
                (
                    "priority",
                    "优先级",
                    "priority",
                    OneOf(&[("低", "low"), ("中", "normal"), ("高", "high"), ("紧急", "urgent")]),
                ),
                customer(),
                ("due_at", "要求解决时间", "due", A(Type::Instant)),
                (
                    "tags",
                    "标签",
                    "labels",
                    AnyOf(&[("物流", "delivery"), ("质量", "quality"), ("退款", "refund"), ("咨询", "question")]),
                ),
                ("description", "描述", "description", A(Type::LongText)),
            ],
        ),
        object(
            "task",
            "task",
            "任务",
            "task",
            vec![
                ("subject", "主题", "subject", text()),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[
                        ("未开始", "to do"),
                        ("进行中", "in progress"),
                        ("已完成", "done"),
                        ("已取消", "cancelled"),
                    ]),
                ),
                ("priority", "优先级", "priority", OneOf(&[("低", "low"), ("中", "normal"), ("高", "high")])),
                ("due_at", "截止时间", "due", A(Type::Instant)),
                ("company", "公司", "company", To("company")),
                ("contact", "联系人", "contact", To("contact")),
                ("deal", "商机", "deal", To("deal")),
                ("ticket", "工单", "ticket", To("ticket")),
                customer(),
                note(),
            ],
        ),
        object(
            "product",
            "cart",
            "产品",
            "product",
            vec![
                ("name", "产品名称", "product name", text()),
                ("code", "产品编码", "code", text()),
                ("category", "类别", "category", text()),
                ("price", "标准价格", "list price", A(Type::Money)),
                ("unit", "单位", "unit", text()),
                ("on_sale", "在售", "on sale", A(Type::Bool)),
                ("description", "描述", "description", A(Type::LongText)),
            ],
        ),
        object(
            "price_list",
            "note",
            "价目表",
            "price list",
            vec![
                ("name", "价目表名称", "price list name", text()),
                ("valid_from", "生效日期", "valid from", A(Type::Date)),
                ("valid_to", "失效日期", "valid to", A(Type::Date)),
                ("discount", "折扣", "discount", A(Type::Percent)),
                note(),
            ],
        ),
        object(
            "quote",
            "survey",
            "报价单",
            "quote",
            vec![
                ("name", "报价单名称", "quote name", text()),
                ("deal", "商机", "deal", To("deal")),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[
                        ("草稿", "draft"),
                        ("待审批", "in approval"),
                        ("已发送", "sent"),
                        ("已接受", "accepted"),
                        ("已拒绝", "declined"),
                    ]),
                ),
                amount(),
                ("valid_to", "有效期至", "valid to", A(Type::Date)),
                note(),
            ],
        ),
        object(
            "contract",
            "consent",
            "合同",
            "contract",
            vec![
                ("name", "合同名称", "contract name", text()),
                ("number", "合同编号", "contract number", text()),
                ("deal", "商机", "deal", To("deal")),
                customer(),
                amount(),
                ("signed_on", "签订日期", "signed on", A(Type::Date)),
                ("ends_on", "到期日期", "ends on", A(Type::Date)),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[
                        ("起草", "draft"),
                        ("审批中", "in approval"),
                        ("执行中", "active"),
                        ("已完成", "completed"),
                        ("已终止", "terminated"),
                    ]),
                ),
                note(),
            ],
        ),
        object(
            "order",
            "cart",
            "订单",
            "order",
            vec![
                ("number", "订单编号", "order number", text()),
                ("contract", "合同", "contract", To("contract")),
                customer(),
                amount(),
                ("ordered_on", "下单日期", "ordered on", A(Type::Date)),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[
                        ("待发货", "to ship"),
                        ("已发货", "shipped"),
                        ("已签收", "delivered"),
                        ("已取消", "cancelled"),
                    ]),
                ),
                note(),
            ],
        ),
        object(
            "invoice",
            "note",
            "发票",
            "invoice",
            vec![
                ("number", "发票号码", "invoice number", text()),
                ("contract", "合同", "contract", To("contract")),
                customer(),
                amount(),
                ("issued_on", "开票日期", "issued on", A(Type::Date)),
                ("status", "状态", "status", OneOf(&[("待开", "to issue"), ("已开", "issued"), ("已作废", "void")])),
            ],
        ),
        object(
            "payment",
            "trade",
            "回款计划",
            "payment plan",
            vec![
                ("name", "回款名称", "payment name", text()),
                ("contract", "合同", "contract", To("contract")),
                ("amount", "计划金额", "planned amount", A(Type::Money)),
                ("due_on", "计划日期", "due on", A(Type::Date)),
                ("received", "已回金额", "received amount", A(Type::Money)),
                ("received_on", "回款日期", "received on", A(Type::Date)),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[("未到期", "not due"), ("已到期", "due"), ("已回款", "paid"), ("逾期", "late")]),
                ),
            ],
        ),
        object(
            "campaign",
            "visit",
            "营销活动",
            "campaign",
            vec![
                ("name", "活动名称", "campaign name", text()),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[("策划中", "planned"), ("进行中", "running"), ("已结束", "ended")]),
                ),
                ("begins_on", "开始日期", "begins on", A(Type::Date)),
                ("ends_on", "结束日期", "ends on", A(Type::Date)),
                ("budget", "预算", "budget", A(Type::Money)),
                note(),
            ],
        ),
        object(
            "article",
            "profile",
            "知识文章",
            "article",
            vec![
                ("title", "标题", "title", text()),
                (
                    "status",
                    "状态",
                    "status",
                    OneOf(&[("草稿", "draft"), ("已发布", "published"), ("已下线", "retired")]),
                ),
                ("category", "类别", "category", text()),
                ("body", "正文", "body", A(Type::LongText)),
            ],
        ),
        object(
            "note",
            "note",
            "笔记",
            "note",
            vec![("title", "标题", "title", text()), customer(), ("body", "内容", "body", A(Type::LongText))],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relations_lead_to_objects_that_come_before_and_names_are_unique() {
        let all = standard_objects();
        for (place, object) in all.iter().enumerate() {
            let before: Vec<&str> = all.iter().take(place).map(|known| known.name.as_str()).collect();
            assert!(!before.contains(&object.name.as_str()), "{}", object.name);
            assert_eq!(object.fields[0].holds, Type::Text, "{}", object.name);
            for field in &object.fields {
                let twins = object.fields.iter().filter(|known| known.name == field.name).count();
                assert_eq!(twins, 1, "{}.{}", object.name, field.name);
                if let Some(to) = field.holds.leads_to() {
                    assert!(before.contains(&to), "{}.{} leads to {to}", object.name, field.name);
                }
            }
        }
    }
}
