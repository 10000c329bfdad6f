import Foundation
import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A ledger over restarts with another file") struct LedgerRestartTests {
    /// A pair on venues of these names, in these units, with one strategy.
    private static func run(_ venues: [String], exponent: Int, symbol: String = "BERA/USDT") -> RunDescription {
        RunDescription(
            instance: 7, mode: "live", program: "test", venues: venues, coins: ["BERA", "USDT"],
            instruments: venues.indices.map {
                RunDescription.Instrument(
                    venue: $0, symbol: symbol, priceExponent: exponent, quantityExponent: exponent)
            },
            strategies: [RunDescription.Strategy(id: "a", hash: 100, symbol: symbol, configuration: "{}")])
    }

    private static let order = ClientOrderID(instance: 7, strategy: 100, slot: 1, sequence: 5)

    /// What a first run on two venues leaves: an order that stands on the second.
    private static func left() throws -> Ledger {
        var ledger = Ledger()
        try ledger.begin(Self.run(["binance", "bybit"], exponent: -2), isNew: true)
        ledger.apply(
            .command(
                .place(InstrumentIndex(1), Self.order, .bid, Price(units: 525), Quantity(units: 1_000))))
        ledger.apply(
            .event(.order(OrderReport(instrument: InstrumentIndex(1), order: Self.order, outcome: .accepted))))
        return ledger
    }

    /// As a start reads it: from the checkpoint of the run before.
    private static func restarted(_ ledger: Ledger, _ before: RunDescription, _ next: RunDescription) throws -> Ledger {
        var buffer = JournalBuffer()
        ledger.encode(into: &buffer)
        let bytes = buffer.withBytes { Array($0) }
        var read = Ledger()
        try read.begin(before, isNew: false)
        var reader = JournalBytes(bytes)
        let checkpoint = try Ledger(&reader)
        try read.apply(JournalRecord(sequence: 2, time: .distantPast, content: .checkpoint(checkpoint)))
        try read.begin(next, isNew: true)
        return read
    }

    @Test("tells an order on a venue that the desk has left in the pair's new units, once, however often it starts")
    func units() throws {
        let both = Self.run(["binance", "bybit"], exponent: -2)
        let one = Self.run(["binance"], exponent: -5)
        var ledger = try Self.restarted(Self.left(), both, one)
        for _ in 0..<20 {
            let order = try #require(ledger.orders.first)
            #expect(order.venue == "bybit" && order.order.price == Price(units: 525_000))
            #expect(order.order.quantity == Quantity(units: 1_000_000))
            ledger = try Self.restarted(ledger, one, one)
        }
        // The venue is back: the order is what it was.
        let back = try Self.restarted(ledger, one, Self.run(["binance", "bybit"], exponent: -5))
        #expect(back.orders.first?.order.price == Price(units: 525_000))
    }

    @Test("lets no strategy go to another pair while an order of it may stand in the old one")
    func moves() throws {
        var ledger = try Self.left()
        let other = Self.run(["binance", "bybit"], exponent: -2, symbol: "HONEY/USDT")
        #expect(throws: LedgerError.strategyMoved(id: "a", from: "BERA/USDT", to: "HONEY/USDT")) {
            try ledger.begin(other, isNew: true)
        }
        ledger.apply(
            .event(
                .order(
                    OrderReport(
                        instrument: InstrumentIndex(1), order: Self.order, outcome: .cancelled(cumulative: .zero)))))
        try ledger.begin(other, isNew: true)
        #expect(ledger.strategy("a")?.symbol == "HONEY/USDT")
    }
}
