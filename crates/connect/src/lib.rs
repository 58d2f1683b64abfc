//! Outside formats in: CloudEvents, NDJSON, Segment's tracking API and CSV become [`domain::Incoming`].
//!
//! Reads shapes and checks limits; whether a kind, a field or an identifier makes sense is for those who
//! come after. Knows neither storage nor the raw zone, and no format knows another. What is read borrows
//! from the bytes it came in. A fault is a [`domain::Rejection`]: it names the member and the reason in
//! Chinese and English, and never quotes a value, since values can be personal.
//!
//! ```
//! let body = br#"{"specversion":"1.0","id":"A-1001","source":"shop/tmall","type":"order.placed",
//!   "time":"2026-06-03T10:15:00+08:00",
//!   "data":{"who":[{"scheme":"member_no","value":"M00017"}],
//!           "amount":{"value":"512.00","currency":"CNY"},"items":2}}"#;
//! let event = connect::cloudevents::read_one(body).unwrap();
//! assert_eq!(event.kind, "order.placed");
//! assert_eq!(event.who[0].scheme, "member_no");
//! assert_eq!(event.fields[1], ("items".into(), domain::IncomingValue::Number("2".into())));
//!
//! let fault = connect::cloudevents::read_one(br#"{"specversion":"1.0","id":"A-1001"}"#).unwrap_err();
//! assert_eq!((fault.field.as_str(), fault.message.zh.as_str()), ("source", "缺少 source"));
//! ```

pub mod cloudevents;
pub mod csv_map;
mod fault;
pub mod gzip;
mod instant;
mod json;
pub mod limits;
mod members;
pub mod segment;
