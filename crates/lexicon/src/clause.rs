//! One comparison of a sentence, settled.

use base::{Decimal, Money, Text};
use domain::{Field, FieldType, Kind, Kinds};

use crate::close::kind_at;
use crate::decide::Decisions;
use crate::frame::{Filter, Frame, Quantity, Source, Value, flag};
use crate::reading::Context;
use crate::sides::{Sides, any_single, count, exists};
use crate::{Comparator, Condition, Function, Length, Literal, Measure, Predicate, Unit, Window};

/// Settles comparisons, in reading order.
pub(crate) struct Clauses<'a> {
    pub(crate) kinds: &'a Kinds,
    pub(crate) context: &'a Context,
    pub(crate) decisions: Decisions<'a>,
    /// The window of the clause before, which the next one shares.
    pub(crate) window: Option<(u16, Window)>,
    /// Whether a task follows: then a bare verb may mean each time.
    pub(crate) is_task: bool,
}

/// Units that can be meant by the calendar: how they are said, and about how many days they have.
const PERIODS: [(Unit, &str, &str, u32); 4] = [
    (Unit::Week, "周", "week", 7),
    (Unit::Month, "个月", "month", 30),
    (Unit::Quarter, "个季度", "quarter", 90),
    (Unit::Year, "年", "year", 365),
];

type Settled<T> = Result<T, Text>;

fn lost() -> Text {
    Text::new("读不懂这句话", "this sentence cannot be read")
}

impl Clauses<'_> {
    /// The condition that a clause stands for.
    pub(crate) fn condition(&mut self, clause: &Frame) -> Settled<Condition> {
        let kind = clause.kind.and_then(|place| kind_at(self.kinds, place)).ok_or_else(lost)?.clone();
        let mut filter = Vec::new();
        for test in &clause.filter {
            self.tests(test, &kind, &mut filter)?;
        }
        let window = self.window_of(clause, &kind)?;
        let field = clause.field.and_then(|at| kind.fields.get(usize::from(at))).cloned();
        let function = clause.function.unwrap_or(Function::Count);
        let measure = Measure {
            function,
            kind: kind.name.clone(),
            field: field.as_ref().map(|field| field.name.clone()),
            filter,
            window,
        };
        match (clause.function, field) {
            (Some(Function::Count), _) => self.count(clause, &kind, measure),
            (Some(Function::Exists), _) => Ok(self.exist(clause, measure)),
            (Some(_), Some(field)) => self.measured(clause, measure, &field),
            (None, Some(field)) => self.bare(clause, measure, &kind, &field),
            (None, None) => self.count_or_amount(clause, &kind, measure),
            (Some(_), None) => Err(lost()),
        }
    }

    fn window_of(&mut self, clause: &Frame, kind: &Kind) -> Settled<Window> {
        let place = clause.kind.unwrap_or_default();
        if let Some(length) = clause.length {
            return Ok(self.months(Window::Sliding { length }));
        }
        if let Some(window) = clause.window {
            let window = self.months(window);
            self.window = Some((place, window));
            return Ok(window);
        }
        let is_timeless = matches!(clause.function, Some(Function::First | Function::Last))
            || clause.has(flag::FIRST_TIME)
            || (clause.has(flag::BARE) && kind.name == "customer.identified");
        if is_timeless {
            return Ok(Window::Lifetime);
        }
        match self.window {
            Some((other, Window::SinceFirst { .. })) if other != place => Err(Text::new(
                "从首次算起的时间范围只能用于同一种事件",
                "a period counted from the first event can only be used for events of the same kind",
            )),
            Some((_, window)) => Ok(self.share(clause, window)),
            None if clause.has(flag::SAME) => {
                Err(Text::new("「同期」之前没有说时间范围", "no period was said before 'the same period'"))
            }
            None => Ok(self.no_window(clause)),
        }
    }

    fn share(&mut self, clause: &Frame, window: Window) -> Window {
        if clause.has(flag::SAME) || window == Window::Lifetime {
            return window;
        }
        let text = Text::new("后面的条件没有说时间范围", "a later condition names no period");
        let shared = ("shared", Text::new("与前面的条件同一时间范围", "the same period as the condition before"));
        let lifetime = ("lifetime", Text::new("全部历史", "all of history"));
        if clause.has(flag::TOTAL) {
            let text = Text::new("「累计」从什么时候算起？", "In total since when?");
            return if self.decisions.ask("total_since", text, vec![lifetime, shared]) == 0 {
                Window::Lifetime
            } else {
                window
            };
        }
        if self.decisions.assume("shared_window", text, vec![shared, lifetime]) == 0 {
            window
        } else {
            Window::Lifetime
        }
    }

    fn no_window(&mut self, clause: &Frame) -> Window {
        let is_each = clause.has(flag::EVENT) && self.is_task;
        if is_each {
            let text = Text::new("只在第一次发生时，还是以后也要？", "Only the first time ever, or later ones too?");
            let choices = vec![
                ("first", Text::new("只在历史上第一次发生时", "only the first time ever")),
                (
                    "day",
                    Text::new(
                        "每当24小时内又有发生（此前24小时没有过）",
                        "whenever there is one again after 24 hours without any",
                    ),
                ),
            ];
            let chosen = self.decisions.ask("each_time", text, choices);
            return if chosen == 0 {
                Window::Lifetime
            } else {
                Window::Sliding { length: Length { count: 24, unit: Unit::Hour } }
            };
        }
        if clause.has(flag::TOTAL) {
            return Window::Lifetime;
        }
        let text = Text::new("没有说时间范围", "no period is named");
        let choices = vec![
            ("lifetime", Text::new("全部历史", "all of history")),
            ("days30", Text::new("最近30天", "the last 30 days")),
            ("days365", Text::new("最近365天", "the last 365 days")),
        ];
        match self.decisions.assume("window", text, choices) {
            1 => Window::days(30),
            2 => Window::days(365),
            _ => Window::Lifetime,
        }
    }

    /// "In the last month": back to the same date, thirty days, or by the calendar?
    fn months(&mut self, window: Window) -> Window {
        let Window::Sliding { length: Length { count, unit } } = window else { return window };
        let Some((_, zh, en, days)) = PERIODS.iter().find(|row| row.0 == unit) else { return window };
        if unit == Unit::Week && count > 1 {
            return window;
        }
        let days = count.saturating_mul(*days);
        let mut choices = vec![
            ("same_date", Text::new(format!("往前推{count}{zh}"), format!("back {count} {en}, to the same date"))),
            ("days", Text::new(format!("{days}天"), format!("{days} days"))),
        ];
        if count == 1 {
            choices.push(("current", Text::new("当前自然周期至今", format!("the current calendar {en} so far"))));
            choices.push(("previous", Text::new("上一个自然周期", format!("the previous calendar {en}"))));
        }
        let text = Text::new(format!("「{count}{zh}」怎么算？"), format!("How is that {en} counted?"));
        let calendar = |offset| Window::Calendar { unit, offset };
        match self.decisions.assume("period", text, choices) {
            1 => Window::days(days),
            2 => calendar(0),
            3 => calendar(-1),
            _ => window,
        }
    }

    fn tests(&mut self, test: &Filter, kind: &Kind, filter: &mut Vec<Predicate>) -> Settled<()> {
        let field = test.field.and_then(|at| kind.fields.get(usize::from(at))).ok_or_else(lost)?;
        let value = self.literal(&test.value, field)?;
        let mut push = |op, value| filter.push(Predicate { field: field.name.clone(), op, value });
        match &test.upper {
            None => push(test.op.unwrap_or(Comparator::Eq), value),
            Some(upper) => {
                push(Comparator::Ge, value);
                push(Comparator::Le, self.literal(upper, field)?);
            }
        }
        Ok(())
    }

    fn number(&mut self, number: Decimal, other: Option<Decimal>) -> Decimal {
        let Some(other) = other else { return number };
        let text = Text::new(format!("数字按 {number} 理解"), format!("the number is taken as {number}"));
        let choices = vec![("usual", Text::same(number.to_string())), ("literal", Text::same(other.to_string()))];
        if self.decisions.assume("number", text, choices) == 0 { number } else { other }
    }

    fn literal(&mut self, value: &Value, field: &Field) -> Settled<Literal> {
        match value {
            Value::Bool(value) => Ok(Literal::Bool(*value)),
            Value::Text { text, typed, source } => {
                self.taken(text, typed, *source, field);
                Ok(Literal::Text(text.clone()))
            }
            Value::Amount { number, other, unit } => {
                let number = self.number(*number, *other);
                match (field.field_type, unit) {
                    (FieldType::Money, Quantity::Money(currency)) => {
                        Ok(Literal::Money(Money { value: number, currency: *currency }))
                    }
                    (FieldType::Money, _) => Ok(Literal::Money(self.money(number))),
                    (FieldType::Number, _) => Ok(Literal::Number(number)),
                    _ => Err(lost()),
                }
            }
        }
    }

    fn taken(&mut self, text: &str, typed: &str, source: Source, field: &Field) {
        let said = match source {
            Source::Quoted => return,
            Source::Known if text == typed => return,
            Source::Known => {
                Text::new(format!("「{typed}」按「{text}」理解"), format!("\"{typed}\" is taken as \"{text}\""))
            }
            Source::Taken => {
                let Text { zh, en } = &field.label;
                Text::new(format!("「{text}」按{zh}的值理解"), format!("\"{text}\" is taken as a value of {en}"))
            }
        };
        self.decisions.assume("value", said.clone(), vec![("value", said)]);
    }

    fn money(&mut self, value: Decimal) -> Money {
        let own = self.context.currency;
        let other = if own == base::Currency::CNY { base::Currency::USD } else { base::Currency::CNY };
        let text = Text::new(format!("没有说币种，按 {own} 理解"), format!("no currency is named; taken as {own}"));
        let choices = vec![("own", Text::same(own.code())), ("other", Text::same(other.code()))];
        let currency = if self.decisions.assume("currency", text, choices) == 0 { own } else { other };
        Money { value, currency }
    }

    fn sides(&mut self, clause: &Frame, measure: Measure, field: Option<&Field>) -> Settled<Sides> {
        let read = |value: &Value, clauses: &mut Self| match (field, value) {
            (Some(field), _) if measure.function != Function::Distinct => clauses.literal(value, field),
            (_, Value::Amount { number, other, .. }) => Ok(Literal::Number(clauses.number(*number, *other))),
            _ => Err(lost()),
        };
        let value = read(clause.value.as_ref().ok_or_else(lost)?, self)?;
        let upper = clause.upper.as_ref().map(|upper| read(upper, self)).transpose()?;
        Ok(Sides { measure, op: clause.op, value, upper })
    }

    /// A count or number of different things without a comparator is "at least", visibly.
    fn at_least(&mut self, mut sides: Sides) -> Condition {
        if sides.op.is_none() && sides.value == Literal::Number(Decimal::ZERO) {
            sides.op = Some(Comparator::Eq);
        }
        if sides.op.is_none() && sides.upper.is_none() {
            let text = Text::new("没有说是至少还是正好", "neither 'at least' nor 'exactly' was said");
            let choices = vec![("at_least", Text::new("至少", "at least")), ("exactly", Text::new("正好", "exactly"))];
            let chosen = self.decisions.assume("exactly", text, choices);
            sides.op = Some(if chosen == 0 { Comparator::Ge } else { Comparator::Eq });
        }
        sides.condition(Comparator::Ge)
    }

    /// An amount without a comparator can be meant three ways.
    fn with_op(&mut self, mut sides: Sides) -> Sides {
        let is_text = matches!(sides.value, Literal::Text(_) | Literal::Bool(_));
        if sides.op.is_none() && sides.upper.is_none() && !is_text {
            let text = Text::new("至少、正好还是至多？", "At least, exactly or at most?");
            let choices = vec![
                ("at_least", Text::new("至少", "at least")),
                ("exactly", Text::new("正好", "exactly")),
                ("at_most", Text::new("至多", "at most")),
            ];
            let chosen = self.decisions.ask("comparator", text, choices);
            sides.op = [Comparator::Ge, Comparator::Eq, Comparator::Le].get(chosen).copied();
        }
        sides
    }

    fn compared(&mut self, sides: Sides) -> Condition {
        self.with_op(sides).condition(Comparator::Eq)
    }

    fn count(&mut self, clause: &Frame, kind: &Kind, measure: Measure) -> Settled<Condition> {
        if clause.has(flag::NONE) {
            return Ok(self.none(kind, &measure));
        }
        if clause.has(flag::REPEAT | flag::AGAIN) && clause.value.is_none() {
            return Ok(self.again(&measure));
        }
        let mut sides = self.sides(clause, measure, None)?;
        if clause.has(flag::REPEAT) {
            self.first_purchase(&mut sides);
        }
        Ok(self.at_least(sides))
    }

    fn none(&mut self, kind: &Kind, measure: &Measure) -> Condition {
        let window = measure.window;
        let none = count(measure, window, Comparator::Eq, 0);
        if matches!(window, Window::Lifetime | Window::SinceFirst { .. }) {
            return none;
        }
        let Text { zh, en } = &kind.label;
        let text = Text::new(
            format!("从来没有过「{zh}」的客户算不算？"),
            format!("Does it include customers who never had any {en} at all?"),
        );
        let choices = vec![
            ("any", Text::new("算：只要这段时间没有", "yes: none in that period is enough")),
            ("before", Text::new("不算：此前要有过", "no: only those who had one before")),
        ];
        match self.decisions.ask("never", text, choices) {
            0 => none,
            _ => Condition::All { of: vec![none, exists(measure, Window::Lifetime)] },
        }
    }

    fn again(&mut self, measure: &Measure) -> Condition {
        let window = measure.window;
        let twice = |window| count(measure, window, Comparator::Ge, 2);
        if matches!(window, Window::Lifetime | Window::SinceFirst { .. }) {
            return twice(window);
        }
        let text = Text::new("前一次也要在这段时间内吗？", "Must the earlier one lie in the same period?");
        let choices = vec![
            ("inside", Text::new("是：这段时间内至少两次", "yes: at least two in that period")),
            (
                "before",
                Text::new("不必：这段时间内有一次，历史上至少两次", "no: one in that period, at least two ever"),
            ),
        ];
        match self.decisions.ask("first_inside", text, choices) {
            0 => twice(window),
            _ => Condition::All { of: vec![exists(measure, window), twice(Window::Lifetime)] },
        }
    }

    /// 复购两次: two purchases, or two after the first?
    fn first_purchase(&mut self, sides: &mut Sides) {
        let Literal::Number(number) = sides.value else { return };
        let one = Decimal::whole(1).unwrap_or_default();
        let text =
            Text::new(format!("{number}次包含首次购买吗？"), format!("Do the {number} include the first purchase?"));
        let choices = vec![
            ("yes", Text::new(format!("包含：共{number}次购买"), format!("yes: {number} purchases in all"))),
            ("no", Text::new(format!("不含：首次之后再{number}次"), format!("no: {number} more after the first"))),
        ];
        let is_single = number <= one && sides.upper.is_none() && matches!(sides.op, None | Some(Comparator::Ge));
        if !is_single && self.decisions.ask("first_purchase", text, choices) == 0 {
            return;
        }
        for value in std::iter::once(&mut sides.value).chain(&mut sides.upper) {
            if let Literal::Number(number) = value {
                *number = *number + one;
            }
        }
    }

    fn exist(&mut self, clause: &Frame, measure: Measure) -> Condition {
        if clause.has(flag::LONG_AGO) {
            let window = measure.window;
            return match clause.op {
                Some(Comparator::Lt | Comparator::Le) => exists(&measure, window),
                _ => Condition::All {
                    of: vec![count(&measure, window, Comparator::Eq, 0), exists(&measure, Window::Lifetime)],
                },
            };
        }
        let value = matches!(clause.value, None | Some(Value::Bool(true)));
        Condition::compare(measure, clause.op.unwrap_or(Comparator::Eq), Literal::Bool(value))
    }

    fn measured(&mut self, clause: &Frame, mut measure: Measure, field: &Field) -> Settled<Condition> {
        if measure.function == Function::Distinct {
            let sides = self.sides(clause, measure, None)?;
            return Ok(self.at_least(sides));
        }
        if clause.has(flag::PER_ORDER) {
            let text = Text::new("客单价怎么算？", "What is it the average of?");
            let choices = vec![
                ("per_order", Text::new("每单平均金额", "the amount per order")),
                ("total", Text::new("这位客户的总金额", "what the customer spent in total")),
            ];
            if self.decisions.assume("average", text, choices) == 1 {
                measure.function = Function::Sum;
            }
        }
        let sides = self.sides(clause, measure, Some(field))?;
        Ok(self.compared(sides))
    }

    /// An amount of an order with no function said: total, any single one, or mean.
    fn bare(&mut self, clause: &Frame, mut measure: Measure, kind: &Kind, field: &Field) -> Settled<Condition> {
        measure.function = self.bare_function(clause, kind, field);
        let sides = self.sides(clause, measure, Some(field))?;
        let sides = self.with_op(sides);
        Ok(if sides.measure.function == Function::Exists { any_single(sides) } else { sides.condition(Comparator::Eq) })
    }

    fn bare_function(&mut self, clause: &Frame, kind: &Kind, field: &Field) -> Function {
        let total = ("total", Text::new("合计", "the total"));
        let single = ("single", Text::new("任意一笔", "any single one"));
        let average = ("average", Text::new("平均", "the average"));
        let last = ("last", Text::new("最近一次", "the last one"));
        let Text { zh, en } = &field.label;
        let text = Text::new(format!("「{zh}」指哪一个？"), format!("Which \"{en}\" is meant?"));
        let is_text = matches!(field.field_type, FieldType::Text | FieldType::Bool);
        if clause.has(flag::TOTAL) && !is_text {
            return Function::Sum;
        }
        if kind.name == "customer.identified" {
            return Function::Last;
        }
        if clause.has(flag::SPEND) {
            let chosen = self.decisions.assume("amount", text, vec![total, single]);
            return if chosen == 0 { Function::Sum } else { Function::Exists };
        }
        let (choices, functions) = match field.field_type {
            FieldType::Money => (vec![total, single, average], vec![Function::Sum, Function::Exists, Function::Avg]),
            FieldType::Number => (
                vec![last, average, single, total],
                vec![Function::Last, Function::Avg, Function::Exists, Function::Sum],
            ),
            _ => (vec![single, last], vec![Function::Exists, Function::Last]),
        };
        let chosen = self.decisions.ask("amount", text, choices);
        functions.get(chosen).copied().unwrap_or(Function::Last)
    }

    /// "订单超过3": three orders or three yuan?
    fn count_or_amount(&mut self, clause: &Frame, kind: &Kind, mut measure: Measure) -> Settled<Condition> {
        let text = Text::new("这个数是次数还是金额？", "Is that number a count or an amount?");
        let mut choices =
            vec![("count", Text::new("次数", "a count")), ("total", Text::new("总金额", "the total amount"))];
        let is_large =
            matches!(clause.value, Some(Value::Amount { number, .. }) if number.scaled() >= 100 * Decimal::SCALE);
        if is_large {
            choices.reverse();
        }
        if (self.decisions.ask("number_of", text, choices) == 0) != is_large {
            let sides = self.sides(clause, measure, None)?;
            return Ok(self.at_least(sides));
        }
        let field = kind.fields.iter().find(|field| field.field_type == FieldType::Money).ok_or_else(lost)?;
        (measure.function, measure.field) = (Function::Sum, Some(field.name.clone()));
        let sides = self.sides(clause, measure, Some(field))?;
        Ok(self.compared(sides))
    }
}
