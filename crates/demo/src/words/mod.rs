//! What people write and say: templates with `{商品}`, `{城市}`, `{门店}` and `{称呼}` to fill in.

pub(crate) mod calls;
pub(crate) mod complaints;
pub(crate) mod goods;
pub(crate) mod messages;
pub(crate) mod names;
pub(crate) mod workload;

/// What fills a template.
pub(crate) struct Blanks<'a> {
    /// A product.
    pub(crate) product: &'a str,
    /// A city.
    pub(crate) city: &'a str,
    /// A shop.
    pub(crate) store: &'a str,
    /// How a clerk addresses the customer.
    pub(crate) address: &'a str,
}

/// A template, filled.
pub(crate) fn fill(template: &str, blanks: &Blanks<'_>) -> String {
    template
        .replace("{商品}", blanks.product)
        .replace("{城市}", blanks.city)
        .replace("{门店}", blanks.store)
        .replace("{称呼}", blanks.address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_blank_is_filled() {
        let blanks = Blanks { product: "积木", city: "杭州", store: "湖滨店", address: "林女士" };
        let messages = messages::MESSAGES.iter().chain(&messages::REVIEWS).map(|(_, text)| *text);
        let complaints = complaints::COMPLAINTS.iter().map(|complaint| complaint.text);
        let all: Vec<&str> = messages.chain(complaints).chain(calls::CALLS.iter().map(|call| call.lines)).collect();
        assert!(all.len() > 90, "{}", all.len());
        for template in all {
            let text = fill(template, &blanks);
            assert!(!text.contains(['{', '}']), "{text}");
        }
    }
}
