import TerraceCore

/// Makes rows out of a journal's records, in their order: a pure machine, without database or file.
///
/// What a record means follows from those before it, so it begins where a segment does (there the journal tells a checkpoint)
/// and takes in what is stored already without keeping rows of it.
struct FactFold {
    /// An instrument of the run that is going on.
    struct Instrument {
        /// Its place among the names.
        var place: Int
        var venue: String
        var symbol: String
        var units: Units
        var notionalExponent: Int { self.units.priceExponent + self.units.quantityExponent }

        func price(_ price: Price) -> ExactDecimal {
            ExactDecimal(units: Int128(price.units), exponent: self.units.priceExponent)
        }
        func quantity(_ quantity: Quantity) -> ExactDecimal {
            ExactDecimal(units: Int128(quantity.units), exponent: self.units.quantityExponent)
        }
    }

    /// The journal, as its number is kept in columns.
    let journal: Int64
    /// The rows of what was taken in and not yet taken out.
    var batch: StoreBatch
    var ledger = Ledger()
    var instruments: [Instrument] = []
    private var isUnderway = false
    private var run: RunDescription?
    private var runSequence: Int64 = 0
    private var instrumentPlaces: [StoreBatch.Instrument: Int] = [:]
    private var strategyPlaces: [String: Int] = [:]
    private var configurations: [String: String] = [:]

    /// Nothing is known yet, and nothing is to be kept up to and including record `cursor`.
    init(journal: UInt64, cursor: UInt64) {
        self.journal = Int64(bitPattern: journal)
        self.batch = StoreBatch(journal: self.journal, after: cursor)
    }

    /// How many rows wait, about.
    var rows: Int {
        self.batch.trades.count + self.batch.fills.count + self.batch.orders.count + self.batch.orderChanges.count
    }

    /// What came so far; what follows goes to the next.
    mutating func takeBatch() -> StoreBatch {
        var next = StoreBatch(journal: self.journal, after: self.batch.through)
        next.instruments = self.batch.instruments
        next.strategies = self.batch.strategies
        swap(&next, &self.batch)
        return next
    }

    /// Takes a record in.
    mutating func take(_ record: JournalRecord) throws(LedgerError) {
        let isNew = record.sequence > self.batch.after
        switch record.content {
        case .run(let run, let begins):
            try self.ledger.apply(record)
            if begins { self.runSequence = Int64(clamping: record.sequence) }
            self.describe(run)
            if isNew { self.keep(run, begins, record) } else { self.remember(run) }
        case .checkpoint:
            // Only one before all else tells anything that the records before it did not.
            if !self.isUnderway { try self.ledger.apply(record) }
            self.isUnderway = true
        case .entry(let content):
            self.isUnderway = true
            self.take(content, Moment(sequence: Int64(clamping: record.sequence), time: record.time, isNew: isNew))
        case .ended: break
        }
        if isNew {
            self.batch.through = record.sequence
            self.batch.time = record.time
        }
    }

    /// Which record it is, and whether its rows are wanted.
    struct Moment {
        var sequence: Int64
        var time: Timestamp
        var isNew: Bool
    }

    private mutating func take(_ content: JournalContent, _ moment: Moment) {
        switch content {
        case .event(.market(.trade(let instrument, let aggressor, let price, let quantity, let venueTime, let id))):
            if moment.isNew { self.trade(instrument, aggressor, price, quantity, venueTime, id, moment) }
        case .event(.order(let report)): self.take(report, moment)
        case .event(.control(let control)):
            if moment.isNew { self.take(control, moment) }
        case .event(.connection(let venue, .down)), .event(.connection(let venue, .accountDoubted)):
            self.ledger.apply(content)
            if moment.isNew { self.touchAll(at: venue, moment) }
        case .event(.market), .event(.balance), .event(.fillsKnown), .event(.connection), .event(.turn), .stateHash:
            self.ledger.apply(content)
        case .command(let command): self.take(command, moment)
        case .fact(let fact):
            self.ledger.apply(content)
            if moment.isNew { self.take(fact, moment) }
        }
    }

    private mutating func trade(
        _ index: InstrumentIndex, _ aggressor: Side, _ price: Price, _ quantity: Quantity, _ venueTime: Timestamp,
        _ id: UInt64, _ moment: Moment
    ) {
        guard index.index < self.instruments.count else { return }
        let instrument = self.instruments[index.index]
        self.batch.trades.append(
            StoreBatch.Trade(
                instrument: instrument.place, source: id == 0 ? self.journal : 0,
                trade: id == 0 ? moment.sequence : Int64(bitPattern: id),
                time: venueTime == .distantPast ? moment.time : venueTime, aggressor: aggressor,
                price: instrument.price(price), quantity: instrument.quantity(quantity)))
    }

    // MARK: Runs

    private mutating func describe(_ run: RunDescription) {
        self.run = run
        self.instruments = (self.ledger.run?.instruments ?? []).map { instrument in
            let names = StoreBatch.Instrument(venue: instrument.venue, symbol: instrument.symbol)
            let place = self.instrumentPlaces[names] ?? self.batch.instruments.count
            if place == self.batch.instruments.count {
                self.batch.instruments.append(names)
                self.instrumentPlaces[names] = place
            }
            return Instrument(
                place: place, venue: instrument.venue, symbol: instrument.symbol, units: instrument.units)
        }
        for strategy in run.strategies { _ = self.strategyPlace(strategy.id) }
    }

    /// The place of a strategy's name; it is given one where it is new.
    mutating func strategyPlace(_ id: String) -> Int {
        if let place = self.strategyPlaces[id] { return place }
        self.batch.strategies.append(id)
        self.strategyPlaces[id] = self.batch.strategies.count - 1
        return self.batch.strategies.count - 1
    }

    private mutating func keep(_ run: RunDescription, _ begins: Bool, _ record: JournalRecord) {
        let sequence = Int64(clamping: record.sequence)
        if begins {
            self.batch.runs.append(
                StoreBatch.Run(
                    sequence: sequence, time: record.time, instance: Int64(run.instance), mode: run.mode,
                    program: run.program))
            self.touchAll(at: nil, Moment(sequence: sequence, time: record.time, isNew: true))
        }
        for strategy in run.strategies where self.configurations[strategy.id] != strategy.configuration {
            self.configurations[strategy.id] = strategy.configuration  // An id may stand there twice.
            self.batch.configurations.append(
                StoreBatch.Configuration(
                    sequence: sequence, time: record.time, strategy: self.strategyPlace(strategy.id),
                    symbol: strategy.symbol, json: strategy.configuration, run: self.runSequence))
        }
        self.remember(run)
    }

    private mutating func remember(_ run: RunDescription) {
        for strategy in run.strategies { self.configurations[strategy.id] = strategy.configuration }
    }
}
