import TerraceCore
import TerraceStorage

/// The records of the journal's benchmark, each known by its place: orders that are placed, accepted, filled in part, cancelled, gone.
enum JournalBenchmarkLoad {
    /// 100 pairs on two venues, a strategy each.
    static let pairs = 100

    static var run: RunDescription {
        RunDescription(
            instance: 7, mode: "live", program: "bench", venues: ["alpha", "beta"], coins: ["USDT"],
            instruments: (0..<2 * Self.pairs).map {
                RunDescription.Instrument(
                    venue: $0 % 2, symbol: "P\($0 / 2)/USDT", priceExponent: -8, quantityExponent: -8)
            },
            strategies: (0..<Self.pairs).map {
                RunDescription.Strategy(
                    id: "strategy-\($0)", hash: UInt32($0) + 1, symbol: "P\($0)/USDT", configuration: "{}")
            })
    }

    /// The entry at a place.
    static func entry(_ place: Int, at time: Timestamp) -> JournalEntry {
        let number = UInt64(place / 5)
        let instrument = InstrumentIndex(UInt32(truncatingIfNeeded: number % UInt64(2 * Self.pairs)))
        let order = ClientOrderID(
            instance: 7, strategy: UInt32(truncatingIfNeeded: number % UInt64(2 * Self.pairs) / 2) + 1, slot: 0,
            sequence: number + 1)
        let price = Price(units: 812_345_678)
        let content: JournalContent =
            switch place % 5 {
            case 0: .command(.place(instrument, order, .bid, price, Quantity(units: 1_234_500_000)))
            case 1: .event(.order(OrderReport(instrument: instrument, order: order, outcome: .accepted)))
            case 2:
                .event(
                    .order(
                        OrderReport(
                            instrument: instrument, order: order,
                            outcome: .filled(
                                Fill(
                                    trade: number + 1, side: .bid, price: price, quantity: Quantity(units: 500_000_000),
                                    fee: Amount(units: 7_500_000_000_000_000), feeAsset: AssetIndex(0), isMaker: true)))
                    ))
            case 3: .command(.cancel(instrument, order))
            default:
                .event(
                    .order(OrderReport(instrument: instrument, order: order, outcome: .cancelled(cumulative: .zero))))
            }
        return JournalEntry(time: time, content: content)
    }

    /// Whether `content` is that of the entry at a place.
    static func isEntry(_ place: Int, _ content: JournalContent) -> Bool {
        let number = UInt64(place / 5) + 1
        switch content {
        case .command(.place(_, let order, _, _, _)): return place % 5 == 0 && order.sequence == number
        case .command(.cancel(_, let order)): return place % 5 == 3 && order.sequence == number
        case .event(.order(let report)):
            guard report.order.sequence == number else { return false }
            switch report.outcome {
            case .accepted: return place % 5 == 1
            case .filled(let fill): return place % 5 == 2 && fill.trade == number
            case .cancelled: return place % 5 == 4
            default: return false
            }
        default: return false
        }
    }
}
