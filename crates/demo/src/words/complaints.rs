//! What customers complain about.

/// A complaint: what it is about, how grave, and the customer's words.
#[derive(Clone, Copy, Default)]
pub(crate) struct Complaint {
    pub(crate) topic: &'static str,
    pub(crate) severity: &'static str,
    pub(crate) text: &'static str,
}

const fn complaint(topic: &'static str, severity: &'static str, text: &'static str) -> Complaint {
    Complaint { topic, severity, text }
}

/// Complaints.
pub(crate) const COMPLAINTS: [Complaint; 24] = [
    complaint("物流", "一般", "订单超过承诺时间四天还没有送到，问了两次都说在催，希望给一个准确的时间。"),
    complaint("物流", "一般", "快递没有打电话就放在驿站，{商品}很重，老人自己搬不动。"),
    complaint("物流", "严重", "{商品}外箱严重破损，里面的零件散了一半，明显是运输中摔的，要求重发。"),
    complaint("物流", "严重", "显示本人签收，我根本不在家，东西找不到了，{称呼}这边要求你们承担损失。"),
    complaint("质量", "一般", "{商品}边角有毛刺，差点划到孩子的手，请检查一下这一批货。"),
    complaint("质量", "严重", "{商品}充电的时候发烫并且有焦味，非常危险，已经停用，请马上处理。"),
    complaint("质量", "严重", "刚用三天屏幕就出现一条线，没有摔过，要求换新机，不接受维修。"),
    complaint("质量", "一般", "洗了一次就起球缩水，和店里摸到的样品不是一个质量。"),
    complaint("质量", "一般", "{商品}异味很重，放在阳台通风一周还是刺鼻。"),
    complaint("质量", "严重", "辅食罐里发现异物，已经拍照，需要检测报告和书面说明。"),
    complaint("质量", "一般", "电池衰减太快，半年不到续航只剩一半，要求更换电池。"),
    complaint("服务", "一般", "{门店}店员一直在聊天，问了三遍才有人理，体验很差。"),
    complaint("服务", "严重", "客服承诺当天回电，等了三天没有任何消息，再打过去又要从头说一遍。"),
    complaint("服务", "一般", "上门安装师傅迟到两个小时，也不提前说一声，请假都白请了。"),
    complaint("服务", "一般", "{门店}说没有货，结果小程序显示还有库存，让我白跑一趟{城市}。"),
    complaint("服务", "严重", "师傅安装时把墙面打裂了，说赔偿要等公司，一个月没有下文。"),
    complaint("价格", "一般", "门店价签和结账价格不一致，多收了二十块，当时没有注意。"),
    complaint("价格", "一般", "直播间说全网最低，第二天天猫又便宜了八十，要求按价保退差。"),
    complaint("价格", "一般", "满减券结账的时候没有自动抵扣，客服说过期不补。"),
    complaint("价格", "严重", "没有下单却被扣了一年会员费，要求全额退还。"),
    complaint("售后", "一般", "退货寄回去十天了，仓库说没有收到，单号明明已经签收。"),
    complaint("售后", "严重", "{商品}修了三次还是同一个毛病，按规定应该换货，售后一直拖。"),
    complaint("售后", "一般", "换货寄来的颜色又错了，来回折腾半个月。"),
    complaint("售后", "一般", "发票申请了一个月还没有开出来，财务一直在催。"),
];
