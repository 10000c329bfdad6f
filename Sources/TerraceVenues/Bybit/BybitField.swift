/// The fields of Bybit's public messages that the decoder looks at. `s` is the symbol of a book as of a trade; everything else
/// means one thing.
enum BybitField: UInt32, CaseIterable {
    case topic, type, time, matchingTime, data
    case success, message, operation, request
    case symbol, bids, asks, updateID, sequence
    case tradeTime, side, quantity, price, tradeID, isBlockTrade

    /// The key in the message.
    var key: StaticString {
        switch self {
        case .topic: "topic"
        case .type: "type"
        case .time: "ts"
        case .matchingTime: "cts"
        case .data: "data"
        case .success: "success"
        case .message: "ret_msg"
        case .operation: "op"
        case .request: "req_id"
        case .symbol: "s"
        case .bids: "b"
        case .asks: "a"
        case .updateID: "u"
        case .sequence: "seq"
        case .tradeTime: "T"
        case .side: "S"
        case .quantity: "v"
        case .price: "p"
        case .tradeID: "i"
        case .isBlockTrade: "BT"
        }
    }

    /// The field that a key names, or nil for a key that nobody looks at.
    ///
    /// A key of up to eight bytes is compared as one word, whose constants are the key's bytes, the first one lowest.
    @inline(__always)
    init?(_ key: WireText, in bytes: Span<UInt8>) {
        guard !key.isEscaped else {
            self.init(escaped: key, in: bytes)
            return
        }
        guard key.count <= 8 else { return nil }
        var word: UInt64 = 0
        for place in 0..<key.count { word |= UInt64(bytes[key.start + place]) << UInt64(place * 8) }
        switch word {
        case 0x63_6970_6F74: self = .topic
        case 0x6570_7974: self = .type
        case 0x7374: self = .time
        case 0x73_7463: self = .matchingTime
        case 0x6174_6164: self = .data
        case 0x73_7365_6363_7573: self = .success
        case 0x67_736D_5F74_6572: self = .message
        case 0x706F: self = .operation
        case 0x6469_5F71_6572: self = .request
        case 0x73: self = .symbol
        case 0x62: self = .bids
        case 0x61: self = .asks
        case 0x75: self = .updateID
        case 0x71_6573: self = .sequence
        case 0x54: self = .tradeTime
        case 0x53: self = .side
        case 0x76: self = .quantity
        case 0x70: self = .price
        case 0x69: self = .tradeID
        case 0x5442: self = .isBlockTrade
        default: return nil
        }
    }

    /// The field that a key with escapes names.
    private init?(escaped key: WireText, in bytes: Span<UInt8>) {
        for field in Self.allCases where key.equals(field.key, in: bytes) {
            self = field
            return
        }
        return nil
    }
}
