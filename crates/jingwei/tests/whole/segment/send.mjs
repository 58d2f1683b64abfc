// Sends what a shop would with Segment's own SDK for Node, as it comes from its makers: only where to send and the key are set.
// Usage: node send.mjs URL KEY; prints one JSON object: what the SDK holds for delivered, what not, and how many requests it made.
import {Analytics} from '@segment/analytics-node';

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({host, writeKey, flushAt: 4, maxRetries: 3});
const told = {delivered: [], failed: [], requests: 0, version: analytics.VERSION};
analytics.on('http_request', () => { told.requests += 1; });
analytics.on('error', error => told.failed.push(String(error.reason ?? error)));

/** Hears of one message: the SDK calls back when it is delivered or given up. */
const call = (error, context) => {
  if(!error) {
    told.delivered.push(context.event.type);
  }
};

const user = {userId: 'u-1'};
const order = {
  order_id: 'O-1', total: 512.5, currency: 'CNY',
  products: [{product_id: 'P-1', price: 200, quantity: 2, category: 'toys'}, {product_id: 'P-2', price: 112.5, category: 'books'}]
};
const traits = {email: 'Li@Example.com', phone: '13800138000', name: '李雷', city: '杭州', plan: 'premium'};

analytics.track({userId: 'u-0', event: 'Trial Started', properties: {plan: 'basic'}}, call);
analytics.identify({...user, anonymousId: 'a-1', traits}, call);
analytics.track({...user, event: 'Order Completed', properties: order}, call);
analytics.page({...user, category: 'Docs', name: 'Prices', properties: {path: '/prices?from=mail', title: 'Prices'}}, call);
analytics.screen({...user, name: 'Home', properties: {build: '7'}}, call);
await analytics.flush();
analytics.group({...user, groupId: 'g-1', traits: {name: '云和', employees: 20}}, call);
analytics.alias({...user, previousId: 'u-0'}, call);
analytics.track({anonymousId: 'a-2', event: 'Coupon Applied', properties: {coupon_id: 'WELCOME', discount: 5}}, call);
// As a client does that was cut off before it heard the answer.
analytics.track({...user, event: 'Order Refunded', messageId: 'again', properties: {total: 12.5, currency: 'CNY'}}, call);
analytics.track({...user, event: 'Order Refunded', messageId: 'again', properties: {total: 12.5, currency: 'CNY'}}, call);
await analytics.closeAndFlush({timeout: 30_000});
console.log(JSON.stringify(told));
