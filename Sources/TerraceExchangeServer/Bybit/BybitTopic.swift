/// A public topic of an instrument.
struct BybitTopic: Equatable {
    /// What it tells.
    enum Kind: Int, CaseIterable {
        case book1, book50, book200, book1000, trades, ticker

        /// How many levels a side it has; zero for what is no book.
        var depth: Int {
            switch self {
            case .book1: 1
            case .book50: 50
            case .book200: 200
            case .book1000: 1_000
            case .trades, .ticker: 0
            }
        }
        /// How often it tells at most, "Orderbook" and "Ticker": 10, 20, 100, 200 and 50 ms.
        var nanoseconds: Int64 {
            switch self {
            case .book1: 10_000_000
            case .book50: 20_000_000
            case .book200: 100_000_000
            case .book1000: 200_000_000
            case .ticker: 50_000_000
            case .trades: 0
            }
        }
        /// The books.
        static let books: [Kind] = [.book1, .book50, .book200, .book1000]
    }
    /// The place of the instrument.
    let instrument: Int
    /// What it tells.
    let kind: Kind
    /// As the client wrote it.
    let name: String

    /// The kind and the symbol of a topic's name; nil for none that there is.
    static func parts(_ name: String) -> (kind: Kind, symbol: String)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        switch (parts.first, parts.count) {
        case ("publicTrade", 2): return (.trades, parts[1])
        case ("tickers", 2): return (.ticker, parts[1])
        case ("orderbook", 3):
            guard let kind = Kind.books.first(where: { String($0.depth) == parts[1] }) else { return nil }
            return (kind, parts[2])
        default: return nil
        }
    }
}
