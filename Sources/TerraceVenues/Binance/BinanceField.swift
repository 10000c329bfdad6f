/// The fields of Binance's messages that the decoder looks at. What a key means depends on the kind of message: `a` is the
/// asks of a change, the best ask of a best quote and the id of an aggregate trade.
enum BinanceField: Int, CaseIterable {
    case stream, data
    case event, eventTime, symbol, time
    case firstID, lastID, previousID
    case bids, asks, bidQuantity, askQuantity
    case tradeID, price, quantity, buyerIsMaker
    case lastUpdateID, snapshotBids, snapshotAsks
    case result, request, error, code

    /// The key in the message.
    var key: StaticString {
        switch self {
        case .stream: "stream"
        case .data: "data"
        case .event: "e"
        case .eventTime: "E"
        case .symbol: "s"
        case .time: "T"
        case .firstID: "U"
        case .lastID: "u"
        case .previousID: "pu"
        case .bids: "b"
        case .asks: "a"
        case .bidQuantity: "B"
        case .askQuantity: "A"
        case .tradeID: "t"
        case .price: "p"
        case .quantity: "q"
        case .buyerIsMaker: "m"
        case .lastUpdateID: "lastUpdateId"
        case .snapshotBids: "bids"
        case .snapshotAsks: "asks"
        case .result: "result"
        case .request: "id"
        case .error: "error"
        case .code: "code"
        }
    }

    /// The field that a key names, or nil for a key that nobody looks at.
    @inline(__always)
    init?(_ key: WireText, in bytes: Span<UInt8>) {
        if key.count == 1 {
            switch bytes[key.start] {
            case UInt8(ascii: "e"): self = .event
            case UInt8(ascii: "E"): self = .eventTime
            case UInt8(ascii: "s"): self = .symbol
            case UInt8(ascii: "T"): self = .time
            case UInt8(ascii: "U"): self = .firstID
            case UInt8(ascii: "u"): self = .lastID
            case UInt8(ascii: "b"): self = .bids
            case UInt8(ascii: "a"): self = .asks
            case UInt8(ascii: "B"): self = .bidQuantity
            case UInt8(ascii: "A"): self = .askQuantity
            case UInt8(ascii: "t"): self = .tradeID
            case UInt8(ascii: "p"): self = .price
            case UInt8(ascii: "q"): self = .quantity
            case UInt8(ascii: "m"): self = .buyerIsMaker
            default: return nil
            }
        } else {
            self.init(longKey: key, in: bytes)
        }
    }

    /// The field that a key of several bytes names, or one that is written with escapes.
    ///
    /// Keys of up to eight bytes are compared as one word, whose constants are the key's bytes, the first one lowest.
    private init?(longKey key: WireText, in bytes: Span<UInt8>) {
        if key.isEscaped {
            for field in Self.allCases where key.equals(field.key, in: bytes) {
                self = field
                return
            }
            return nil
        }
        if key.count > 8 {
            guard key.equals(Self.lastUpdateID.key, in: bytes) else { return nil }
            self = .lastUpdateID
            return
        }
        var word: UInt64 = 0
        for place in 0..<key.count { word |= UInt64(bytes[key.start + place]) << UInt64(place * 8) }
        switch word {
        case 0x6D61_6572_7473: self = .stream
        case 0x6174_6164: self = .data
        case 0x7570: self = .previousID
        case 0x7364_6962: self = .snapshotBids
        case 0x736B_7361: self = .snapshotAsks
        case 0x746C_7573_6572: self = .result
        case 0x6469: self = .request
        case 0x72_6F72_7265: self = .error
        case 0x6564_6F63: self = .code
        default: return nil
        }
    }
}
