/// A market stream of an instrument.
struct BinanceStream: Equatable {
    /// What it tells.
    enum Kind: Int, CaseIterable {
        case depth100, depth1000, trade, aggregateTrade, bookTicker
        case partial5, partial10, partial20, partial5Slow, partial10Slow, partial20Slow

        /// How many levels a side a partial book has; zero for other streams.
        var levels: Int {
            switch self {
            case .partial5, .partial5Slow: 5
            case .partial10, .partial10Slow: 10
            case .partial20, .partial20Slow: 20
            case .depth100, .depth1000, .trade, .aggregateTrade, .bookTicker: 0
            }
        }
        /// Whether it tells once a second; otherwise each 100 ms, or at once.
        var isSlow: Bool {
            switch self {
            case .depth1000, .partial5Slow, .partial10Slow, .partial20Slow: true
            case .depth100, .trade, .aggregateTrade, .bookTicker, .partial5, .partial10, .partial20: false
            }
        }
        /// Streams of partial books.
        static let partial: [Kind] = [.partial5, .partial10, .partial20, .partial5Slow, .partial10Slow, .partial20Slow]
    }
    /// The place of the instrument.
    let instrument: Int
    /// What it tells.
    let kind: Kind
    /// As the client wrote it.
    let name: String

    /// What stands behind the symbol in a stream's name.
    static func kind(_ suffix: Substring) -> Kind? {
        switch suffix {
        case "depth", "depth@1000ms": .depth1000
        case "depth@100ms": .depth100
        case "trade": .trade
        case "aggTrade": .aggregateTrade
        case "bookTicker": .bookTicker
        case "depth5@100ms": .partial5
        case "depth10@100ms": .partial10
        case "depth20@100ms": .partial20
        case "depth5", "depth5@1000ms": .partial5Slow
        case "depth10", "depth10@1000ms": .partial10Slow
        case "depth20", "depth20@1000ms": .partial20Slow
        default: nil
        }
    }
}
