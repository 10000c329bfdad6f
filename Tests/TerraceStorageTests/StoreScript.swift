import Foundation
import Glibc
import Testing

@testable import TerraceCore
@testable import TerraceStorage

/// A journal made by chance from a seed, and what a store has to hold of it, worked out in the plainest way.
struct StoreScript {
    static let venues = ["alpha", "beta"]
    static let symbols = ["BERA/USDT", "PEPE/USDT"]
    static let exponents = [(-4, -2), (-12, 0)]

    struct Key: Hashable {
        var venue: String
        var symbol: String
        var number: Int64
    }

    private var random: StoreRandom
    private(set) var entries: [JournalEntry] = []
    /// Trades that the venue numbers, each once.
    private(set) var trades: Set<Key> = []
    private(set) var unnumbered = 0
    private(set) var fills: Set<Key> = []
    /// Orders that were placed.
    private(set) var orders = 0
    private(set) var changes = 0
    private(set) var actions = 0
    /// Sums of base and quote in units of 10^-20, by venue, symbol and start of the bucket.
    private(set) var base: [Key: Int128] = [:]
    private(set) var quote: [Key: Int128] = [:]
    /// By strategy: bought less sold, in units of 10^-20.
    private(set) var held: [String: Int128] = [:]

    static let start: Int64 = 1_790_000_000_000_000_000

    init(seed: UInt64, events: Int) {
        self.random = StoreRandom(seed: seed)
        var time = Self.start
        var open: [(id: ClientOrderID, instrument: Int, side: Side)] = []
        for number in 0..<events {
            time += Int64(self.random.next() % 40_000) * 1_000
            switch self.random.next() % 10 {
            case 0..<4: self.trade(time)
            case 4, 5:
                let order = self.place(number, time)
                open.append(order)
                if open.count > 20 { open.removeFirst() }
            case 6, 7:
                guard let order = open.last else { continue }
                self.fill(number, order, time)
            case 8:
                guard let order = open.popLast() else { continue }
                self.report(order, .cancelled(cumulative: .zero), time)
            default:
                self.entries.append(JournalEntry(time: Timestamp(nanoseconds: time), content: .event(.control(.kill))))
                self.actions += 1
            }
        }
    }

    private mutating func pick(_ count: Int) -> Int { Int(self.random.next() % UInt64(count)) }

    /// Instruments are all symbols on the first venue, then all on the second.
    private static func names(_ instrument: Int) -> (venue: String, symbol: String) {
        (Self.venues[instrument / 2], Self.symbols[instrument % 2])
    }

    private mutating func trade(_ time: Int64) {
        let instrument = self.pick(4)
        let names = Self.names(instrument)
        let exponents = Self.exponents[instrument % 2]
        // Few numbers, so that many are told more than once; a trade told again is the same trade.
        let number = self.pick(50) == 0 ? 0 : Int64(self.pick(400) + 1)
        let price = number == 0 ? 777 : 1_000 + number * 17
        let quantity = number == 0 ? 3 : number * 13
        let moment = number == 0 ? time : Self.start + number * 1_700_000_000
        self.entries.append(
            JournalEntry(
                time: Timestamp(nanoseconds: time),
                content: .event(
                    .market(
                        .trade(
                            InstrumentIndex(UInt32(instrument)), aggressor: .bid, Price(units: price),
                            Quantity(units: quantity), venueTime: Timestamp(nanoseconds: moment), id: UInt64(number)))))
        )
        if number == 0 {
            self.unnumbered += 1
        } else if !self.trades.insert(Key(venue: names.venue, symbol: names.symbol, number: number)).inserted {
            return
        }
        let bucket = Key(venue: names.venue, symbol: names.symbol, number: moment / 10_000_000_000 * 10)
        self.base[bucket, default: 0] += Int128(quantity) * Self.ten(20 + exponents.1)
        self.quote[bucket, default: 0] += Int128(price) * Int128(quantity) * Self.ten(20 + exponents.0 + exponents.1)
    }

    private static func ten(_ exponent: Int) -> Int128 {
        var value: Int128 = 1
        for _ in 0..<exponent { value *= 10 }
        return value
    }

    private mutating func place(_ number: Int, _ time: Int64) -> (id: ClientOrderID, instrument: Int, side: Side) {
        let instrument = self.pick(4)
        let id = ClientOrderID(instance: 9, strategy: UInt32(instrument % 2) + 1, slot: 0, sequence: UInt64(number) + 1)
        let side: Side = self.pick(2) == 0 ? .bid : .ask
        self.entries.append(
            JournalEntry(
                time: Timestamp(nanoseconds: time),
                content: .command(
                    .place(
                        InstrumentIndex(UInt32(instrument)), id, side, Price(units: 5_000), Quantity(units: 1_000_000)))
            ))
        self.orders += 1
        self.changes += 1
        self.report((id, instrument, side), .accepted, time)
        return (id, instrument, side)
    }

    private mutating func report(
        _ order: (id: ClientOrderID, instrument: Int, side: Side), _ outcome: OrderOutcome, _ time: Int64
    ) {
        self.entries.append(
            JournalEntry(
                time: Timestamp(nanoseconds: time),
                content: .event(
                    .order(
                        OrderReport(
                            instrument: InstrumentIndex(UInt32(order.instrument)), order: order.id, outcome: outcome))))
        )
        if case .filled = outcome { return }
        self.changes += 1
    }

    private mutating func fill(
        _ number: Int, _ order: (id: ClientOrderID, instrument: Int, side: Side), _ time: Int64
    ) {
        let names = Self.names(order.instrument)
        let fill = Fill(
            trade: UInt64(number) + 1, side: order.side, price: Price(units: 5_000),
            quantity: Quantity(units: Int64(number % 50) + 1), fee: Amount(units: 12_345), feeAsset: AssetIndex(0),
            isMaker: true)
        self.report(order, .filled(fill), time)
        // Now and then a venue tells a fill again.
        if self.pick(4) == 0 { self.report(order, .filled(fill), time) }
        self.fills.insert(Key(venue: names.venue, symbol: names.symbol, number: Int64(number) + 1))
        let units = Int128(fill.quantity.units) * Self.ten(20 + Self.exponents[order.instrument % 2].1)
        self.held["strategy \(order.instrument % 2)", default: 0] += order.side == .bid ? units : -units
    }

    static var description: RunDescription {
        var instruments: [RunDescription.Instrument] = []
        for venue in Self.venues.indices {
            for (symbol, exponents) in zip(Self.symbols, Self.exponents) {
                instruments.append(
                    RunDescription.Instrument(
                        venue: venue, symbol: symbol, priceExponent: exponents.0, quantityExponent: exponents.1))
            }
        }
        return RunDescription(
            instance: 9, mode: "live", program: "tests", venues: Self.venues, coins: ["USDT"], instruments: instruments,
            strategies: Self.symbols.enumerated().map {
                RunDescription.Strategy(
                    id: "strategy \($0.offset)", hash: UInt32($0.offset) + 1, symbol: $0.element,
                    configuration: "{\"spread\":\"\($0.offset).5\",\"text\":\"a\\tb\"}")
            })
    }

    /// Opens a journal in a new folder, with nothing in it yet, for small segments.
    func open() throws -> Journal {
        try Journal.open(
            folder: try StoreFolder.make() + "/journal",
            settings: JournalSettings(segmentBytes: 16_384, keepBytes: 1 << 30), run: Self.description
        ).journal
    }

    /// Writes entries, and waits for each few of them to be on the disk: what waits together is written together, into one
    /// segment however large that becomes.
    static func write(_ entries: ArraySlice<JournalEntry>, to journal: Journal) {
        var goal = journal.durableEntries
        var rest = entries
        while !rest.isEmpty {
            for entry in rest.prefix(100) { journal.append(entry) }
            goal += min(100, rest.count)
            rest = rest.dropFirst(100)
            while journal.durableEntries < goal { usleep(100) }
        }
    }

    /// Writes the whole journal to a new folder, in small segments.
    func write() throws -> String {
        let journal = try self.open()
        Self.write(self.entries[...], to: journal)
        try journal.close()
        return journal.folder
    }

    /// Compares a store with what it has to hold: nothing lost, nothing twice, sums exact.
    func check(_ place: String, _ label: String = "") throws {
        let connection = try connected(place)
        defer { connection.close(by: .after(.seconds(1))) }
        func count(_ table: String) throws -> Int {
            Int(try connection.lines("SELECT count(*) FROM \(table)")[0]) ?? -1
        }
        #expect(try count("trades WHERE source = 0") == self.trades.count, "\(label)")
        #expect(try count("trades WHERE source <> 0") == self.unnumbered, "\(label)")
        #expect(try count("fills") == self.fills.count, "\(label)")
        #expect(try count("positions") == self.fills.count, "\(label)")
        #expect(try count("orders") == self.orders, "\(label)")
        #expect(try count("order_changes") == self.changes, "\(label)")
        #expect(try count("actions") == self.actions, "\(label)")
        #expect(try count("runs") == 1, "\(label)")
        #expect(try count("configurations") == 2, "\(label)")
        let keys = try connection.lines("SELECT venue, symbol, trade FROM fills_named")
        #expect(Set(keys) == Set(self.fills.map { "\($0.venue)\t\($0.symbol)\t\($0.number)" }), "\(label)")
        let buckets = try connection.lines(
            "SELECT i.venue, i.symbol, b.start, b.base, b.quote FROM buckets b JOIN instruments i ON i.instrument = b.instrument"
        )
        #expect(buckets.count == self.base.count, "\(label)")
        for line in buckets {
            let fields = line.split(separator: "\t").map { String($0) }
            let key = Key(venue: fields[0], symbol: fields[1], number: Int64(fields[2]) ?? 0)
            #expect(ExactDecimal(fields[3])?.units(exponent: -20) == self.base[key], "\(label) \(line)")
            #expect(ExactDecimal(fields[4])?.units(exponent: -20) == self.quote[key], "\(label) \(line)")
        }
        var held: [String: Int128] = [:]
        for position in try connection.positions(at: .distantFuture) {
            held[position.strategy, default: 0] += position.quantity.units(exponent: -20) ?? .max
        }
        #expect(held == self.held, "\(label)")
    }
}

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
struct StoreRandom {
    private var state: UInt64
    init(seed: UInt64) { self.state = seed }
    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var word = self.state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
