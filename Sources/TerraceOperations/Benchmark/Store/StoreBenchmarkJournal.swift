import TerraceCore
import TerraceStorage

/// Journals for the store to take in, of pairs that are each on four venues.
struct StoreBenchmarkJournal {
    static let venues = ["alpha", "beta", "gamma", "delta"]
    /// The first moment in them.
    static let start = Timestamp(nanoseconds: 1_790_000_000_000_000_000)

    let pairs: Int
    let fills: Int
    let buckets: Int

    /// The pairs' names.
    var symbols: [String] { (0..<self.pairs).map { "P\($0)/USDT" } }

    /// How many orders the journal of orders has.
    var orders: Int { max(1, self.fills / 5) }
    /// How many trades the journal of trades has.
    var trades: Int { self.pairs * Self.venues.count * self.buckets }

    private var description: RunDescription {
        var instruments: [RunDescription.Instrument] = []
        for venue in Self.venues.indices {
            for symbol in self.symbols {
                instruments.append(
                    RunDescription.Instrument(venue: venue, symbol: symbol, priceExponent: -8, quantityExponent: -8))
            }
        }
        return RunDescription(
            instance: 7, mode: "live", program: "benchmark", venues: Self.venues, coins: ["USDT", "BNB"],
            instruments: instruments,
            strategies: self.symbols.enumerated().map {
                RunDescription.Strategy(
                    id: "strategy-\($0.offset)", hash: UInt32($0.offset) &+ 1_000, symbol: $0.element,
                    configuration: "{}")
            })
    }

    private func write(to folder: String, _ body: (Journal) -> Void) throws(JournalError) {
        // All of it is kept, and all of it may wait: it comes faster than any disk takes it.
        let settings = JournalSettings(keepBytes: .max / 2, overflowLimit: .max / 2)
        let journal = try Journal.open(folder: folder, settings: settings, run: self.description).journal
        body(journal)
        try journal.close()
    }

    /// Fills alone, of orders whose placing was not recorded.
    func writeFills(to folder: String) throws(JournalError) {
        try self.write(to: folder) { journal in
            for number in 0..<self.fills { journal.append(self.fill(number)) }
        }
    }

    /// Orders that are placed, accepted, filled in part and cancelled, each with the digest of a state.
    func writeOrders(to folder: String) throws(JournalError) {
        try self.write(to: folder) { journal in
            for index in 0..<self.orders {
                let fill = self.fill(index + self.fills)
                let id = self.order(index + self.fills)
                let instrument = self.instrument(index + self.fills)
                let (price, quantity) = (Price(units: 812_345_678), Quantity(units: 9_234_500_000))
                for content: JournalContent in [
                    .command(.place(instrument, id, .bid, price, quantity)),
                    .event(.order(OrderReport(instrument: instrument, order: id, outcome: .accepted))),
                    fill.content, .command(.cancel(instrument, id)),
                    .event(
                        .order(OrderReport(instrument: instrument, order: id, outcome: .cancelled(cumulative: .zero)))),
                    .stateHash(UInt64(index)),
                ] {
                    journal.append(JournalEntry(time: fill.time, content: content))
                }
            }
        }
    }

    /// A public trade in each ten seconds of each instrument.
    func writeTrades(to folder: String) throws(JournalError) {
        try self.write(to: folder) { journal in
            for bucket in 0..<self.buckets {
                let time = Self.start.advanced(by: Int64(bucket) * 10_000_000_000)
                for instrument in 0..<self.pairs * Self.venues.count {
                    let trade = MarketEvent.trade(
                        InstrumentIndex(UInt32(instrument)), aggressor: .bid,
                        Price(units: 812_345_678 + Int64(bucket) * 1_000),
                        Quantity(units: 1_234_500_000 + Int64(instrument) * 100_000), venueTime: time,
                        id: UInt64(bucket) + 1)
                    journal.append(JournalEntry(time: time, content: .event(.market(trade))))
                }
            }
        }
    }

    private func instrument(_ number: Int) -> InstrumentIndex { InstrumentIndex(UInt32(number % self.pairs)) }

    private func order(_ number: Int) -> ClientOrderID {
        ClientOrderID(
            instance: 7, strategy: UInt32(number % self.pairs) &+ 1_000, slot: 0, sequence: UInt64(number))
    }

    private func fill(_ number: Int) -> JournalEntry {
        let fill = Fill(
            trade: UInt64(number) + 1, side: number / self.pairs % 2 == 0 ? .bid : .ask,
            price: Price(units: 812_345_678 + Int64(number % 1_000) * 1_000),
            quantity: Quantity(units: 1_234_500_000 + Int64(number % 77) * 100_000),
            fee: Amount(units: 7_500_000_000_000_000), feeAsset: AssetIndex(0), isMaker: true)
        let report = OrderReport(
            instrument: self.instrument(number), order: self.order(number), outcome: .filled(fill))
        return JournalEntry(time: Self.start.advanced(by: Int64(number) * 100_000), content: .event(.order(report)))
    }
}
