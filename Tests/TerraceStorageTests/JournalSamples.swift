import Foundation
import TerraceCore

@testable import TerraceStorage

/// A generator with a seed, so that a failure can be repeated.
struct JournalRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) { self.state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1 }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var bits = self.state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }

    /// A number of any size: small ones as often as large ones.
    mutating func wild() -> UInt64 { self.next() >> UInt64.random(in: 0..<64, using: &self) }
    mutating func signed() -> Int64 {
        switch self.next() % 16 {
        case 0: .min
        case 1: .max
        case 2: 0
        default: (self.next() & 1 == 0 ? 1 : -1) * Int64(truncatingIfNeeded: self.wild() >> 1)
        }
    }
    mutating func wide() -> Int128 {
        switch self.next() % 16 {
        case 0: .min
        case 1: .max
        case 2: 0
        default: Int128(self.signed()) * Int128(Int64(truncatingIfNeeded: self.wild() >> 1))
        }
    }
    mutating func pick<C: Collection>(_ all: C) -> C.Element {
        all[all.index(all.startIndex, offsetBy: Int.random(in: 0..<all.count, using: &self))]
    }
    mutating func side() -> Side { self.pick(Side.allCases) }
    mutating func price() -> Price { Price(units: self.signed()) }
    mutating func quantity() -> Quantity { Quantity(units: self.signed()) }
    mutating func instrument() -> InstrumentIndex { InstrumentIndex(UInt32(truncatingIfNeeded: self.wild())) }
    mutating func strategy() -> StrategyIndex { StrategyIndex(UInt32(truncatingIfNeeded: self.wild())) }
    mutating func asset() -> AssetIndex { AssetIndex(UInt16(truncatingIfNeeded: self.wild())) }
    mutating func venue() -> VenueIndex { VenueIndex(UInt8(truncatingIfNeeded: self.wild())) }
    mutating func order() -> ClientOrderID { ClientOrderID(high: self.wild(), low: self.wild()) }
    mutating func time() -> Timestamp { Timestamp(nanoseconds: self.signed()) }
    mutating func reason() -> VenueRejection { self.pick(VenueRejection.allCases) }
    mutating func fill() -> Fill {
        Fill(
            trade: self.wild(), side: self.side(), price: self.price(), quantity: self.quantity(),
            fee: Amount(units: self.wide()), feeAsset: self.asset(), isMaker: self.next() & 1 == 0,
            cumulative: self.quantity())
    }

    /// How many kinds of content `content(_:)` knows.
    static let kinds = 44

    /// Content of a kind, with random values.
    mutating func content(_ kind: Int) -> JournalContent {
        switch kind {
        case 0: .event(.market(.snapshotBegan(self.instrument())))
        case 1: .event(.market(.level(self.instrument(), self.side(), self.price(), self.quantity())))
        case 2: .event(.market(.messageEnded(self.instrument(), venueTime: self.time())))
        case 3:
            .event(
                .market(
                    .trade(
                        self.instrument(), aggressor: self.side(), self.price(), self.quantity(),
                        venueTime: self.time(), id: self.wild())))
        case 4: .event(.market(.bookLost(self.instrument())))
        case 5...14:
            .event(
                .order(OrderReport(instrument: self.instrument(), order: self.order(), outcome: self.outcome(kind - 5)))
            )
        case 15: .event(.balance(self.venue(), self.asset(), total: Amount(units: self.wide())))
        case 16: .event(.fillsKnown(self.instrument(), through: self.wild(), milliseconds: self.signed()))
        case 17: .event(.fillsKnown(self.instrument(), through: nil, milliseconds: self.signed()))
        case 18: .event(.connection(self.venue(), .up))
        case 19: .event(.connection(self.venue(), .down))
        case 20: .event(.connection(self.venue(), .heartbeat))
        case 21: .event(.connection(self.venue(), .accountLost))
        case 22: .event(.connection(self.venue(), .accountBack))
        case 23: .event(.connection(self.venue(), .accountDoubted))
        case 24: .event(.turn(limit: Int(self.signed())))
        case 25: .event(.control(.kill))
        case 26: .event(.control(.liftKillSwitch))
        case 27: .event(.control(.liftLossStop(self.strategy())))
        case 28: .event(.control(.shed(keepingUpTo: Int(self.signed()))))
        case 29: .event(.control(.stopRecording))
        case 30: .event(.control(.recordAgain))
        case 31: .event(.control(.pause(self.strategy())))
        case 32: .event(.control(.resume(self.strategy())))
        case 33: .command(.place(self.instrument(), self.order(), self.side(), self.price(), self.quantity()))
        case 34: .command(.amend(self.instrument(), self.order(), self.side(), self.price(), self.quantity()))
        case 35: .command(.cancel(self.instrument(), self.order()))
        case 36: .command(.query(self.instrument(), self.order()))
        case 37: .command(.resnapshot(self.instrument()))
        case 38: .fact(.seeded(self.strategy(), self.quantity(), self.price()))
        case 39: .fact(.lossStopped(self.strategy(), profit: Amount(units: self.wide())))
        case 40: .fact(.lossLifted(self.strategy(), profit: Amount(units: self.wide())))
        case 41: .fact(.deskLossStopped(self.asset(), profit: Amount(units: self.wide())))
        case 42: .fact(.deskLossLifted(self.asset(), profit: Amount(units: self.wide())))
        case 43: .fact(.shed(keepingUpTo: Int(self.signed())))
        default: .stateHash(self.next())
        }
    }

    private mutating func outcome(_ kind: Int) -> OrderOutcome {
        switch kind {
        case 0: .accepted
        case 1: .rejected(self.reason())
        case 2: .filled(self.fill())
        case 3: .cancelled(cumulative: self.quantity())
        case 4: .cancelRejected(self.reason())
        case 5: .amended(self.price(), self.quantity())
        case 6: .amendRejected(self.reason())
        case 7: .found(self.price(), self.quantity(), cumulative: self.quantity())
        case 8: .notFound(cumulative: self.quantity())
        default: .unknown
        }
    }
}

/// Runs, entries and folders for tests.
enum JournalSamples {
    /// Two venues, two pairs, two strategies.
    static func run(
        instance: UInt32 = 7, exponents: (Int, Int) = (-8, -8), program: String = "test",
        strategies: [(String, String)] = [("a", "BERA/USDT"), ("b", "HONEY/USDT")]
    ) -> RunDescription {
        let symbols = ["BERA/USDT", "HONEY/USDT"]
        return RunDescription(
            instance: instance, mode: "live", program: program, venues: ["binance", "bybit"],
            coins: ["BERA", "USDT", "HONEY", "BNB"],
            instruments: symbols.flatMap { symbol in
                (0..<2).map {
                    RunDescription.Instrument(
                        venue: $0, symbol: symbol, priceExponent: exponents.0, quantityExponent: exponents.1)
                }
            },
            strategies: strategies.enumerated().map {
                RunDescription.Strategy(
                    id: $1.0, hash: UInt32(100 + $0), symbol: $1.1, configuration: "{\"id\":\"\($1.0)\"}")
            })
    }

    static func now() -> Timestamp { Timestamp(nanoseconds: JournalFiles.now()) }

    /// A public trade that carries a number.
    static func trade(_ number: UInt64) -> JournalEntry {
        JournalEntry(
            time: Self.now(),
            content: .event(
                .market(
                    .trade(
                        InstrumentIndex(0), aggressor: .bid, Price(units: 6_000_000_000_000),
                        Quantity(units: 1_000_000), venueTime: Self.now().advanced(by: -3_000_000), id: number))))
    }

    /// A fill of strategy `a` that carries a number.
    static func fill(_ number: UInt64, time: Timestamp? = nil) -> JournalEntry {
        JournalEntry(
            time: time ?? Self.now(),
            content: .event(
                .order(
                    OrderReport(
                        instrument: InstrumentIndex(0),
                        order: ClientOrderID(instance: 7, strategy: 100, slot: 1, sequence: number),
                        outcome: .filled(
                            Fill(
                                trade: number, side: .bid, price: Price(units: 100), quantity: Quantity(units: 3),
                                fee: Amount(units: 1_000_000), feeAsset: AssetIndex(1), isMaker: true))))))
    }

    /// The number that an entry of ours carries.
    static func number(_ content: JournalContent) -> UInt64? {
        switch content {
        case .event(.market(.trade(_, _, _, _, _, let id))): id
        case .event(.order(let report)): report.order.sequence
        case .stateHash(let hash): hash
        default: nil
        }
    }

    static func folder() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("terrace-journal-\(UUID().uuidString)").path
    }

    static func remove(_ folder: String) { try? FileManager.default.removeItem(atPath: folder) }

    /// All records that a fresh reader finds.
    static func records(_ folder: String, from sequence: UInt64? = nil) throws(JournalError) -> [JournalRecord] {
        let reader = try JournalReader(folder: folder, from: sequence)
        var all: [JournalRecord] = []
        while let record = try reader.next() { all.append(record) }
        return all
    }

    /// The numbers of all entries, in order; checks that sequences have no gap.
    static func numbers(_ folder: String) throws -> [UInt64] {
        var due: UInt64?
        var numbers: [UInt64] = []
        for record in try Self.records(folder) {
            if let due, record.sequence != due { throw Gap(at: due) }
            due = record.sequence + 1
            if case .entry(let content) = record.content, let number = Self.number(content) { numbers.append(number) }
        }
        return numbers
    }

    struct Gap: Error { var at: UInt64 }

    /// Waits until everything that was appended is on the disk.
    static func settle(_ journal: Journal, entries: Int) -> Bool {
        for _ in 0..<20_000 {
            if journal.durableEntries >= entries { return true }
            JournalFiles.pause(nanoseconds: 1_000_000)
        }
        return false
    }

    /// What a ledger knows, as the bytes of its checkpoint.
    static func bytes(_ ledger: Ledger) -> [UInt8] {
        var buffer = JournalBuffer()
        ledger.encode(into: &buffer)
        return buffer.withBytes { Array($0) }
    }
}
