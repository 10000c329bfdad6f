import Synchronization

/// A venue that sends changes of many books as fast as it is told, Binance's or Bybit's, precomputed.
///
/// The engine is told the time of message `n` of this venue by `first` and `interval`: the lateness of a message is against
/// that, so that waiting in a socket counts.
final class LoadScript: FeederScript {
    enum Venue { case binance, bybit }

    /// When the first message is due, by the monotonic clock; zero while nobody has said.
    let first = Atomic<UInt64>(0)
    /// From one message to the next, in nanoseconds.
    let interval: UInt64
    /// Whether everything is sent.
    let isDone = Atomic<Bool>(false)
    /// Subscriptions that were answered.
    let subscriptions = Atomic<Int>(0)

    private let venue: Venue
    private let symbols: [String]
    private let count: Int
    private var frames: [[UInt8]] = []  // One a symbol; what differs from message to message is written into it.
    private var numbers: [[Int]] = []  // Where the last digits of update numbers are, by symbol.
    private var touches: [Int?] = []  // Where the quantity of the level above the others is, by symbol.
    /// By symbol: the connection that subscribed to it. Where there are more symbols than one may carry, there are several.
    private var markets: [FeederConnection?]
    private let places: [String: Int]  // By symbol; looked up, never walked through.
    private var sent = 0

    /// `count` messages over all `symbols` in turn at `rate` a second.
    init(_ venue: Venue, symbols: [String], rate: Int, count: Int) {
        self.venue = venue
        self.symbols = symbols
        self.interval = 1_000_000_000 / UInt64(rate)
        self.count = count
        self.markets = symbols.map { _ in nil }
        self.places = Dictionary(uniqueKeysWithValues: symbols.enumerated().map { ($0.element, $0.offset) })
        for symbol in symbols {
            let text =
                venue == .binance ? DepthText.binance(2, symbol: symbol) : DepthText.bybit(2, symbol: symbol)
            let frame = FeederConnection.frame(text)
            self.frames.append(frame)
            self.numbers.append(
                (venue == .binance ? ["\"U\":51", "\"u\":51"] : ["\"u\":51"]).compactMap { mark in
                    frame.firstRange(of: Array(mark.utf8)).map { $0.upperBound + 7 }
                })
            self.touches.append(frame.firstRange(of: Array("4.0400".utf8))?.lowerBound)
        }
    }

    var due: UInt64 {
        let first = self.first.load(ordering: .acquiring)
        return first == 0 || self.sent >= self.count ? .max : first + UInt64(self.sent) * self.interval
    }

    func opened(_ connection: FeederConnection, path: String) {}

    func reply(to message: String, on connection: FeederConnection) -> [[UInt8]] {
        switch self.venue {
        case .binance:
            guard message.contains("SUBSCRIBE") else { return [] }
            let number = message.split(separator: "\"id\":").last?.prefix { $0.isNumber } ?? ""
            for part in message.split(separator: "\"") where part.hasSuffix("@depth@100ms") {
                self.carry(part.dropLast("@depth@100ms".count).uppercased(), on: connection)
            }
            self.subscriptions.add(1, ordering: .relaxed)
            return [FeederConnection.frame("{\"result\":null,\"id\":\(number)}")]
        case .bybit:
            if message.contains("\"ping\"") {
                return [
                    FeederConnection.frame("{\"success\":true,\"ret_msg\":\"pong\",\"conn_id\":\"a\",\"op\":\"ping\"}")
                ]
            }
            let number = message.split(separator: "\"req_id\":\"").last?.prefix { $0.isNumber } ?? ""
            var replies = [
                FeederConnection.frame(
                    "{\"success\":true,\"ret_msg\":\"\",\"conn_id\":\"a\",\"req_id\":\"\(number)\",\"op\":\"subscribe\"}"
                )
            ]
            for part in message.split(separator: "\"") where part.hasPrefix("orderbook.200.") {
                let symbol = String(part.dropFirst("orderbook.200.".count))
                self.carry(symbol, on: connection)
                replies.append(FeederConnection.frame(DepthText.bybit(0, symbol: symbol)))
            }
            self.subscriptions.add(1, ordering: .relaxed)
            return replies
        }
    }

    private func carry(_ symbol: String, on connection: FeederConnection) {
        if let place = self.places[symbol] { self.markets[place] = connection }
    }

    func answer(_ request: FeederRequest, readAt time: UInt64) -> [UInt8] {
        if request.path == "/api/v3/depth" { return FeederRequest.answer(DepthText.binanceSnapshot()) }
        if request.path == "/v5/market/time" {
            return FeederRequest.answer(
                "{\"retCode\":0,\"retMsg\":\"OK\",\"result\":{\"timeSecond\":\"1790000000\",\"timeNano\":\"1790000000000000000\"}}"
            )
        }
        return FeederRequest.answer("{\"serverTime\":1790000000000}")
    }

    func send(at now: UInt64) throws {
        // All that is due on a connection goes out in one call, at most 64 messages.
        var market = self.markets[self.sent % self.symbols.count]
        var bytes: [UInt8] = []
        var batch = 0
        while self.sent < self.count, batch < 64, self.due <= now {
            let symbol = self.sent % self.symbols.count
            if self.markets[symbol] !== market {
                _ = market?.write(bytes)
                bytes.removeAll(keepingCapacity: true)
                market = self.markets[symbol]
            }
            self.renumber(symbol, self.sent / self.symbols.count + 1)
            bytes.append(contentsOf: self.frames[symbol])
            self.sent += 1
            batch += 1
        }
        _ = market?.write(bytes)
        if self.sent >= self.count { self.isDone.store(true, ordering: .releasing) }
    }

    /// Writes the last eight digits of the update number. The first level of every tenth symbol comes and goes with it, so that
    /// its touch moves.
    private func renumber(_ symbol: Int, _ number: Int) {
        for end in self.numbers[symbol] {
            var rest = number
            for place in 0..<8 {
                self.frames[symbol][end - place] = UInt8(ascii: "0") + UInt8(rest % 10)
                rest /= 10
            }
        }
        guard symbol % 10 == 0, let touch = self.touches[symbol] else { return }
        let digit = UInt8(ascii: number % 2 == 0 ? "4" : "0")
        self.frames[symbol][touch] = digit
        self.frames[symbol][touch + 3] = digit
    }
}
