import TerraceCore

/// What the indices of a journal's records stand for, from record to record: takes them in order, and makes rows of them.
public struct JournalNames: Sendable {
    struct Instrument: Sendable {
        var venue: String?
        var symbol: String
        var priceExponent: Int
        var quantityExponent: Int
    }

    private(set) var run: RunDescription?
    private var instruments: [Instrument] = []
    private var strategies: [UInt32: String] = [:]
    /// How the run's strategies differ from those described before; nil where they do not.
    private var change: String?

    /// Nothing is known yet.
    public init() {}

    /// The row of the next record; nil where `filter` does not want it.
    ///
    /// Every record must be given, in order, because some tell what those behind them mean.
    public mutating func row(of record: JournalRecord, _ filter: JournalFilter = JournalFilter()) -> JournalRow? {
        if case .run(let run, _) = record.content { self.take(run) }
        let topic = self.topic(of: record.content)
        guard filter.wants(topic, at: record.time) else { return nil }
        var row = JournalRow(sequence: record.sequence, time: record.time, topic: topic)
        switch record.content {
        case .run(let run, _): self.describe(run, &row)
        case .checkpoint(let ledger): Self.describe(ledger, &row)
        case .ended: row.add(.detail, "closed in order")
        case .entry(let content): self.describe(content, &row)
        }
        return filter.wants(row) ? row : nil
    }

    private mutating func take(_ run: RunDescription) {
        self.change = self.run.flatMap { Self.change(from: $0, to: run) }
        if self.run == run { return }
        self.run = run
        self.instruments = run.instruments.map {
            Instrument(
                venue: run.venues.indices.contains($0.venue) ? run.venues[$0.venue] : nil, symbol: $0.symbol,
                priceExponent: $0.priceExponent, quantityExponent: $0.quantityExponent)
        }
        self.strategies = Dictionary(run.strategies.map { ($0.hash, $0.id) }) { first, _ in first }
    }

    private static func change(from old: RunDescription, to new: RunDescription) -> String? {
        // One that was taken off keeps its place, without a configuration.
        let (left, right) = (old.strategies.filter { $0.isSet }, new.strategies.filter { $0.isSet })
        let before = Dictionary(left.map { ($0.id, $0) }) { first, _ in first }
        let after = Dictionary(right.map { ($0.id, $0) }) { first, _ in first }
        let added = right.filter { before[$0.id] == nil }.map { $0.id }
        let removed = left.filter { after[$0.id] == nil }.map { $0.id }
        let changed = right.filter { strategy in before[strategy.id].map { $0 != strategy } ?? false }.map { $0.id }
        let parts = [("added", added), ("removed", removed), ("changed", changed)].filter { !$0.1.isEmpty }
        if parts.isEmpty { return nil }
        return parts.map { "\($0.0) \($0.1.joined(separator: ", "))" }.joined(separator: "; ")
    }

    // MARK: Topics

    private func topic(of content: JournalRecord.Content) -> JournalTopic {
        switch content {
        case .run(_, let begins): begins ? .run : self.change == nil ? .segment : .strategies
        case .checkpoint: .checkpoint
        case .ended: .end
        case .entry(let content): Self.topic(of: content)
        }
    }

    private static func topic(of content: JournalContent) -> JournalTopic {
        switch content {
        case .event(let event):
            switch event {
            case .market(.trade): .trade
            case .market(.snapshotBegan), .market(.level), .market(.messageEnded), .market(.bookLost): .book
            case .order(let report):
                if case .filled = report.outcome { .fill } else { .order }
            case .balance: .balance
            case .fillsKnown: .mark
            case .connection: .connection
            case .turn: .turn
            case .control: .action
            }
        case .command: .command
        case .fact: .fact
        case .stateHash: .hash
        }
    }

    private func describe(_ run: RunDescription, _ row: inout JournalRow) {
        row.add(.what, row.topic == .run ? "began" : row.topic == .strategies ? "changed" : "began")
        var detail =
            "instance \(run.instance), \(run.mode), program \(run.program); \(run.venues.count) venues, "
            + "\(run.instruments.count) instruments, \(run.strategies.count) strategies"
        if let change = self.change { detail += "; \(change)" }
        row.add(.detail, detail)
    }

    private static func describe(_ ledger: Ledger, _ row: inout JournalRow) {
        row.add(
            .detail,
            "positions of \(ledger.strategies.count) strategies, \(ledger.open.count) orders that may stand, "
                + "\(ledger.seen.count) fills remembered")
    }

    // MARK: Names and numbers

    func venue(_ index: VenueIndex) -> String {
        guard let run = self.run, index.index < run.venues.count else { return "venue-\(index.raw)" }
        return run.venues[index.index]
    }

    func coin(_ index: AssetIndex) -> String {
        guard let run = self.run, index.index < run.coins.count else { return "coin-\(index.raw)" }
        return run.coins[index.index]
    }

    func strategy(_ index: StrategyIndex) -> String {
        guard let run = self.run, index.index < run.strategies.count else { return "strategy-\(index.raw)" }
        return run.strategies[index.index].id
    }

    func symbol(of index: StrategyIndex) -> String? {
        guard let run = self.run, index.index < run.strategies.count else { return nil }
        return run.strategies[index.index].symbol
    }

    /// Whose order it is; nil where it is of another instance.
    func strategy(_ order: ClientOrderID) -> String? {
        guard let run = self.run, order.instance == run.instance else { return nil }
        return self.strategies[order.strategy] ?? "strategy-#\(order.strategy)"
    }

    func instrument(_ index: InstrumentIndex) -> Instrument? {
        index.index < self.instruments.count ? self.instruments[index.index] : nil
    }

    /// The first of a pair; its units are the same at all venues.
    func instrument(named symbol: String) -> Instrument? { self.instruments.first { $0.symbol == symbol } }

    func price(_ price: Price, _ instrument: Instrument?) -> String {
        Self.decimal(price.units, instrument?.priceExponent)
    }

    func quantity(_ quantity: Quantity, _ instrument: Instrument?) -> String {
        Self.decimal(quantity.units, instrument?.quantityExponent)
    }

    /// In units where the exponent is not known or makes no sense.
    private static func decimal(_ units: Int64, _ exponent: Int?) -> String {
        guard let exponent, (-40...40).contains(exponent) else { return "\(units) units" }
        return ExactDecimal(units: Int128(units), exponent: exponent).description
    }

    /// As venues show it.
    static func text(_ order: ClientOrderID) -> String {
        var text = "trc-"
        for word in [order.high, order.low] {
            let digits = String(word, radix: 16)
            text += String(repeating: "0", count: 16 - digits.utf8.count) + digits
        }
        return text
    }
}

extension RunDescription.Strategy {
    /// Whether it is set up: one that was taken off has `null` for its configuration.
    fileprivate var isSet: Bool { self.configuration != "null" }
}
