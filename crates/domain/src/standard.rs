//! The kinds known from the start. Their order and their fields' order are stored: both only grow.

use base::Text;

use crate::kind::{Class, Field, FieldType, Kind, KindId};

use Class::{Original, Personal, Plain};
use FieldType::{Money, Number, Text as Words};

/// `names` is "标签、同义词|label, synonym".
fn split(names: &str) -> (Text, Vec<String>, Vec<String>) {
    let (zh, en) = names.split_once('|').unwrap_or((names, names));
    let mut zh = zh.split('、').map(str::to_owned);
    let mut en = en.split(", ").map(str::to_owned);
    let label = Text::new(zh.next().unwrap_or_default(), en.next().unwrap_or_default());
    (label, zh.collect(), en.collect())
}

fn field(name: &str, names: &str, field_type: FieldType, class: Class) -> Field {
    let (label, words_zh, words_en) = split(names);
    Field { name: name.to_owned(), label, field_type, class, words_zh, words_en }
}

fn plain(name: &str, names: &str) -> Field {
    field(name, names, Words, Plain)
}

fn number(name: &str, names: &str) -> Field {
    field(name, names, Number, Plain)
}

fn money(names: &str) -> Field {
    field("amount", names, Money, Plain)
}

fn original(name: &str, names: &str) -> Field {
    field(name, names, Words, Original)
}

fn personal(name: &str, names: &str) -> Field {
    field(name, names, Words, Personal)
}

fn category() -> Field {
    plain("category", "品类、类别|category")
}
fn channel() -> Field {
    plain("channel", "渠道|channel")
}
fn store() -> Field {
    plain("store", "门店、店铺|store, shop")
}
fn mood() -> Field {
    plain("mood", "情绪|mood")
}
fn text() -> Field {
    original("text", "内容、正文|text, body")
}
fn subject() -> Field {
    personal("subject", "主题、标题|subject, title")
}
fn seconds(names: &str) -> Field {
    number("seconds", names)
}

type Row = (&'static str, &'static str, Vec<Field>);

fn trade() -> Vec<Row> {
    vec![
        (
            "order.placed",
            "下单、购买、消费、订单、买、成交|order, purchase, buy",
            vec![
                money("金额、订单金额、消费金额|amount, order amount, order value, spend"),
                number("items", "件数、数量|items, item count, quantity"),
                category(),
                channel(),
                store(),
            ],
        ),
        (
            "order.refunded",
            "退款、退货|refund, return",
            vec![money("退款金额、金额|refund amount, amount"), plain("reason", "原因|reason")],
        ),
        (
            "order.status_changed",
            "订单状态变更|order status change",
            vec![plain("from", "原状态|from"), plain("to", "新状态|to")],
        ),
        ("cart.added", "加购、加入购物车|cart addition, add to cart", vec![money("金额|amount"), category()]),
        (
            "coupon.used",
            "用券、使用优惠券|coupon use, use a coupon",
            vec![money("面额|face value, amount"), plain("code", "券码|code")],
        ),
        ("payment.received", "回款、付款|payment, pay", vec![money("金额|amount"), plain("invoice", "发票|invoice")]),
    ]
}

fn visits() -> Vec<Row> {
    vec![
        (
            "page.viewed",
            "浏览、访问、浏览页面|page view, view a page, visit a page",
            vec![plain("page", "页面|page"), category(), seconds("停留秒数|seconds, dwell seconds")],
        ),
        (
            "store.visited",
            "到店、进店|store visit, visit a store",
            vec![store(), number("minutes", "停留分钟|minutes")],
        ),
        ("form.submitted", "提交表单|form submission, submit a form", vec![plain("form", "表单|form")]),
        ("wifi.seen", "WiFi停留|Wi-Fi dwell", vec![plain("place", "地点|place"), number("minutes", "分钟|minutes")]),
    ]
}

fn talk() -> Vec<Row> {
    vec![
        ("message.received", "来信、消息、留言、发来消息|message, message received", vec![channel(), mood(), text()]),
        ("message.sent", "发消息|sent message", vec![channel(), subject(), text()]),
        ("email.received", "收信、来邮|received e-mail", vec![channel(), mood(), subject(), text()]),
        ("email.sent", "发信|sent e-mail", vec![channel(), subject(), text()]),
        ("email.drafted", "草稿|draft", vec![channel(), subject(), text()]),
        ("email.opened", "打开邮件|opened e-mail, e-mail open", vec![plain("campaign", "活动|campaign")]),
        ("email.clicked", "点击邮件|clicked e-mail, e-mail click", vec![plain("campaign", "活动|campaign")]),
        (
            "document.opened",
            "打开文档|opened document, document open",
            vec![plain("document", "文档|document"), seconds("秒数|seconds")],
        ),
        ("note.added", "备注|note", vec![personal("text", "内容|text")]),
        (
            "post.published",
            "发帖、笔记|post",
            vec![plain("platform", "平台|platform"), plain("topic", "话题|topic"), mood(), text()],
        ),
        (
            "call.ended",
            "通话、来电、电话|call, phone call",
            vec![
                seconds("时长、通话时长|seconds, duration"),
                plain("direction", "方向|direction"),
                mood(),
                original("transcript", "转写|transcript"),
            ],
        ),
    ]
}

fn service() -> Vec<Row> {
    let priority = || plain("priority", "优先级|priority");
    vec![
        (
            "complaint.received",
            "投诉|complaint, complain",
            vec![plain("topic", "主题|topic"), plain("severity", "严重程度|severity"), text()],
        ),
        (
            "ticket.opened",
            "提交工单、工单|ticket, opened ticket, ticket opened",
            vec![category(), priority(), subject(), text()],
        ),
        (
            "ticket.closed",
            "工单关闭、关闭工单|closed ticket, ticket closed",
            vec![
                category(),
                priority(),
                number("hours", "处理时长|hours"),
                number("satisfaction", "满意度|satisfaction"),
            ],
        ),
        (
            "survey.answered",
            "评价、满意度|survey, survey answer, rating",
            vec![number("score", "分数、评分|score, rating"), text()],
        ),
    ]
}

fn sales() -> Vec<Row> {
    let amount = || money("金额|amount");
    vec![
        ("deal.stage_changed", "商机推进|deal stage change, deal moved", vec![plain("stage", "阶段|stage"), amount()]),
        ("deal.won", "赢单|won deal, deal won", vec![amount(), plain("reasons", "原因|reasons")]),
        ("deal.lost", "输单|lost deal, deal lost", vec![amount(), plain("reasons", "原因|reasons")]),
    ]
}

fn devices() -> Vec<Row> {
    let line = || plain("line", "产线|line, production line");
    vec![
        (
            "device.reading",
            "设备读数、读数|reading, device reading",
            vec![plain("metric", "指标|metric"), number("value", "数值|value")],
        ),
        ("device.stopped", "停机|stop, device stop, stopped", vec![line(), plain("reason", "原因|reason")]),
        ("device.started", "恢复运行|start, device start, started", vec![line(), plain("reason", "原因|reason")]),
    ]
}

fn profile() -> Vec<Row> {
    let purpose = || plain("purpose", "用途|purpose");
    vec![
        (
            "customer.identified",
            "资料更新、登记资料|profile update",
            vec![
                personal("name", "姓名|name"),
                personal("company", "公司|company"),
                personal("title", "职位|job title"),
                personal("birthday", "生日|birthday"),
                personal("address", "地址|address"),
                plain("gender", "性别|gender"),
                plain("city", "城市|city"),
                plain("tier", "会员等级、等级|tier, level"),
                plain("by", "经办人|handler"),
            ],
        ),
        (
            "record.changed",
            "记录变更|record change",
            vec![
                plain("object", "对象|object"),
                plain("field", "字段|field"),
                personal("from", "原值|from"),
                personal("to", "新值|to"),
            ],
        ),
        ("consent.given", "授权|consent, consent given", vec![purpose()]),
        ("consent.withdrawn", "撤回授权|withdrawn consent, consent withdrawn", vec![purpose()]),
        ("account.closed", "注销|account closure, close the account", vec![]),
    ]
}

/// What people do with the tasks that rules write.
fn tasks() -> Vec<Row> {
    let fields = || {
        vec![plain("title", "任务名称|task name"), plain("by", "经办人|handler"), plain("task", "任务编号|task code")]
    };
    vec![
        ("task.done", "完成任务、任务完成|completed task, task done, complete a task", fields()),
        ("task.reopened", "重新打开任务|reopened task, task reopened, reopen a task", fields()),
    ]
}

/// The standard kinds, numbered from 1 in this order.
pub(crate) fn kinds() -> Vec<Kind> {
    let groups = [trade(), visits(), talk(), service(), sales(), devices(), profile(), tasks()];
    let rows = groups.into_iter().flatten().zip(1u16..);
    rows.map(|((name, names, fields), number)| {
        let (label, words_zh, words_en) = split(names);
        Kind { id: KindId(number), name: name.to_owned(), label, words_zh, words_en, fields }
    })
    .collect()
}
