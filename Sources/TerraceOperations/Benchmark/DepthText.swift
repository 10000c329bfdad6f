/// Messages of books as venues send them, made for benchmarks: a market around 29.99 with two decimals.
enum DepthText {
    /// How long the message of Binance is that is measured everywhere, in bytes.
    static let length = 975
    /// How many levels it has.
    static let levels = 29
    /// The best bid of the snapshot, in hundredths; one more comes and goes above it.
    static let bid = 2_995
    /// The best ask of the snapshot, in hundredths.
    static let ask = 3_005

    /// `hundredths` with eight decimals, such as `29.95000000`.
    static func price(_ hundredths: Int) -> String {
        let cents = String(hundredths % 100)
        return "\(hundredths / 100).\(cents.count < 2 ? "0" : "")\(cents)000000"
    }

    /// Message `number` of a Binance stream for `symbol`: 15 bids, of which the first comes with an even number and goes with
    /// an odd one, so that every message moves the touch, and 14 asks. 975 bytes for `AVAXUSDT`.
    ///
    /// - Parameter touches: Whether the first level is above the book's best bid; without, it is a level far below.
    static func binance(_ number: Int, symbol: String, touches: Bool = true) -> String {
        let even = number % 2 == 0
        var bids: [String] = []
        let first = Self.price(touches ? Self.bid + 4 : Self.bid - 90)
        bids.append("[\"\(first)\",\"\(even ? "4.0400000" : "0.0000000")\"]")
        for level in 0..<14 {
            bids.append("[\"\(Self.price(Self.bid - level))\",\"\(Self.quantity(number, level))0000\"]")
        }
        let asks = (0..<14).map { level in
            "[\"\(Self.price(Self.ask + level))\",\"\(Self.quantity(number, level + 14))0000\"]"
        }
        // Ten digits, whatever the number: every message is as long as every other.
        let update = 5_100_000_000 + number
        let body =
            "{\"e\":\"depthUpdate\",\"E\":\(1_790_000_000_000 + number),\"s\":\"\(symbol)\",\"U\":\(update),\"u\":\(update),"
            + "\"b\":[\(bids.joined(separator: ","))],\"a\":[\(asks.joined(separator: ","))]}"
        return "{\"stream\":\"\(symbol.lowercased())@depth@100ms\",\"data\":\(body)}"
    }

    /// The snapshot before message 1, by REST: `levels` a side.
    static func binanceSnapshot(levels: Int = 100) -> String {
        let bids = (0..<levels).map { "[\"\(Self.price(Self.bid - $0))\",\"7.5000\"]" }
        let asks = (0..<levels).map { "[\"\(Self.price(Self.ask + $0))\",\"7.5000\"]" }
        return "{\"lastUpdateId\":5100000000,\"bids\":[\(bids.joined(separator: ","))],"
            + "\"asks\":[\(asks.joined(separator: ","))]}"
    }

    /// Message `number` of Bybit's stream of 200 levels for `symbol`; a snapshot with 100 levels a side where it is 0, else a
    /// change of 29 levels like Binance's.
    static func bybit(_ number: Int, symbol: String, touches: Bool = true) -> String {
        var bids: [String] = []
        var asks: [String] = []
        if number == 0 {
            bids = (0..<100).map { "[\"\(Self.price(Self.bid - $0))\",\"7.5\"]" }
            asks = (0..<100).map { "[\"\(Self.price(Self.ask + $0))\",\"7.5\"]" }
        } else {
            let first = Self.price(touches ? Self.bid + 4 : Self.bid - 90)
            bids = ["[\"\(first)\",\"\(number % 2 == 0 ? "4.0400430" : "0.0000000")\"]"]
            bids += (0..<14).map { "[\"\(Self.price(Self.bid - $0))\",\"\(Self.quantity(number, $0))430\"]" }
            asks = (0..<14).map { "[\"\(Self.price(Self.ask + $0))\",\"\(Self.quantity(number, $0 + 14))430\"]" }
        }
        let time = 1_790_000_000_000 + number
        return
            "{\"topic\":\"orderbook.200.\(symbol)\",\"ts\":\(time),\"type\":\"\(number == 0 ? "snapshot" : "delta")\","
            + "\"data\":{\"s\":\"\(symbol)\",\"b\":[\(bids.joined(separator: ","))],\"a\":[\(asks.joined(separator: ","))],"
            + "\"u\":\(5_100_000_000 + number),\"seq\":\(70_000_000_000_000_000 + number)},\"cts\":\(time)}"
    }

    /// A quantity of six characters that differs from message to message.
    private static func quantity(_ number: Int, _ level: Int) -> String {
        let units = 1_000 + (number &* 131 &+ level &* 977) % 9_000
        return "\(units / 1_000).\(String(units % 1_000 + 1_000).dropFirst())0"
    }
}
