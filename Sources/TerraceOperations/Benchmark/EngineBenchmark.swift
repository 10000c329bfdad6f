import CTerrace
import Foundation
import Histogram
public import TerraceCore

/// Measures the core alone, on one processor, on the messages of one feed.
///
/// The workloads: `w1` applies levels to the books and reads the instrument's touch after each message. `touch` runs engines
/// with one stack a pair (one top-of-book line and two passive lines on every venue), evaluated where a touch changed. `w2`
/// evaluates that stack at every message, priced from both sweeps for a quantity, and reads the ten best consolidated
/// levels a side. Orders are answered at once by a loopback, inside the time of the rates. A latency is from a message's
/// first level to the end of the turn, when the last command that it leads to is there; it is told over all messages, and over
/// those that led to a command. Snapshots are applied before the clock starts. Of several passes the
/// fastest counts, for it was disturbed least.
public struct EngineBenchmark: ~Copyable {
    private let feed: FeedFile
    private let passes: Int

    /// Measures on `feed`.
    ///
    /// - Precondition: `passes` is at least 1.
    public init(feed: consuming FeedFile, passes: Int = 3) {
        precondition(passes >= 1, "a measurement takes a pass")
        self.feed = feed
        self.passes = passes
    }

    /// Measures everything.
    ///
    /// - Throws: `RegistrationError` where a strategy of its own does not fit the feed.
    public func run() throws(RegistrationError) -> BenchmarkReport {
        var report = BenchmarkReport()
        // Where the processor can't be had, the figures are noisier and still true.
        _ = cterrace_pin(0)
        try self.memory(&report)
        for _ in 0..<self.passes {
            var table = BookTable()
            report.w1.levelsPerSecond = max(report.w1.levelsPerSecond, self.applyAll(to: &table))
        }
        for everyMessage in [false, true] {
            for pass in 0...self.passes {
                // The last pass measures every message, which costs time itself.
                let result = try self.quote(everyMessage: everyMessage, timesMessages: pass == self.passes)
                report.allocationsPerMessage = max(report.allocationsPerMessage, result.allocations)
                if everyMessage {
                    if let latency = result.latency { report.w2.latencyNs = latency }
                    if let latency = result.commandLatency { report.w2.commandLatencyNs = latency }
                    if pass < self.passes {
                        report.w2.messagesPerSecond = max(report.w2.messagesPerSecond, result.messages)
                    }
                    report.w2.commands = result.commands
                } else {
                    if let latency = result.latency { report.touch.latencyNs = latency }
                    if let latency = result.commandLatency { report.touch.commandLatencyNs = latency }
                    if pass < self.passes {
                        report.touch.levelsPerSecond = max(report.touch.levelsPerSecond, result.levels)
                    }
                    report.touch.commands = result.commands
                }
            }
        }
        return report
    }

    // MARK: Books

    /// The books after the whole feed.
    public func finalBooks() -> BookTable {
        var table = BookTable()
        _ = self.applyAll(to: &table)
        return table
    }

    private func definition(_ pair: FeedPair, _ index: Int) -> PairDefinition {
        let rules = TradingRules(tick: Grid(step: pair.tick), lot: Grid(step: pair.lot))
        return PairDefinition(
            base: AssetIndex(0), quote: AssetIndex(1), units: .standard,
            instruments: (0..<self.feed.header.venues).map {
                InstrumentDefinition(
                    venue: VenueIndex(UInt8(truncatingIfNeeded: $0)), rules: rules, showsOwnOrders: false)
            })
    }

    /// The instrument of a record: pairs are registered in the feed's order, each on all its venues.
    private func instrument(_ record: FeedRecord) -> InstrumentIndex {
        InstrumentIndex(
            UInt32(truncatingIfNeeded: Int(record.pair) * self.feed.header.venues + Int(record.venue)))
    }

    /// Applies the whole feed to an empty table; returns level records a second, snapshots not counted.
    private func applyAll(to table: inout BookTable) -> Double {
        for (index, pair) in self.feed.header.pairs.enumerated() { _ = table.addPair(self.definition(pair, index)) }
        var begun = SnapshotTimes(self.feed.header)
        for index in 0..<self.feed.header.snapshots {
            let record = self.feed[index]
            let instrument = self.instrument(record)
            if begun.isFirst(record, of: instrument) { table.beginSnapshot(instrument) }
            _ = table.set(instrument, record.side, Price(units: record.price), Quantity(units: record.quantity))
            if record.endsMessage { _ = table.endMessage(instrument, at: Self.time(record)) }
        }
        for instrument in begun.missing {
            table.beginSnapshot(instrument)
            _ = table.endMessage(instrument, at: .distantPast)
        }
        _ = cterrace_use_large_pages()
        var seen: Int64 = 0  // What the touches add up to, so that reading them can't be left out.
        var levels = 0
        let start = ContinuousClock.now
        for index in self.feed.header.snapshots..<self.feed.count {
            let record = self.feed[index]
            if record.kind == FeedRecord.trade { continue }
            let instrument = self.instrument(record)
            levels += 1
            _ = table.set(instrument, record.side, Price(units: record.price), Quantity(units: record.quantity))
            if record.endsMessage {
                _ = table.endMessage(instrument, at: Self.time(record))
                let touch = table.touch(instrument)
                seen &+= touch.bid.price.units &+ touch.ask.price.units
            }
        }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        withExtendedLifetime(seen) {}
        return seconds > 0 ? Double(levels) / seconds : 0
    }

    private static func time(_ record: FeedRecord) -> Timestamp {
        Timestamp(nanoseconds: Int64(truncatingIfNeeded: record.time))  // The reader holds it below 2^63.
    }

    // MARK: Quoting

    private func engine() -> Engine {
        let venues = (0..<self.feed.header.venues).map { VenueDefinition(name: "venue\($0)") }
        var configuration = EngineConfiguration(venues: venues, assetCount: 2)
        // A feed may pause, and a benchmark may be slow: neither is what is measured.
        configuration.bookAgeLimitNanoseconds = .max
        configuration.feedSilenceNanoseconds = .max
        configuration.shedLatenessNanoseconds = .max
        var engine = Engine(configuration)
        for (index, pair) in self.feed.header.pairs.enumerated() { _ = engine.addPair(self.definition(pair, index)) }
        return engine
    }

    /// One stack a pair, with sizes in the pair's lots, so that every pair quotes.
    private func strategy(_ index: Int, sweeps: Bool) -> StrategyDefinition {
        let lot = self.feed.header.pairs[index].lot
        func lots(_ count: Int64) -> Quantity {
            let (units, overflow) = lot.multipliedReportingOverflow(by: count)
            return Quantity(units: overflow || units > Quantity.limit ? Quantity.limit : units)
        }
        let venues = self.feed.header.venues
        var strategy = StrategyDefinition(
            id: "bench_\(index)", pair: PairIndex(UInt32(truncatingIfNeeded: index)),
            venues: VenueSet(bits: venues == 64 ? .max : (1 << UInt64(venues)) - 1),
            inventory: InventorySettings(target: .zero, maximumDeviation: lots(1_000_000)))
        strategy.pricing = sweeps ? .wapq(lots(2_000)) : .aggregated
        strategy.topOfBookLines = [TopOfBookLine(hourlyQuantity: lots(100_000), spread: Millibps(1_000))]
        strategy.passiveLines = [
            PassiveLine(spread: Millibps(5_000), quantity: lots(100)),
            PassiveLine(spread: Millibps(15_000), quantity: lots(200)),
        ]
        return strategy
    }

    private struct QuoteResult {
        var levels = 0.0
        var messages = 0.0
        var allocations = 0.0
        var commands = 0
        var latency: BenchmarkReport.Latency?
        var commandLatency: BenchmarkReport.Latency?
    }

    private func quote(everyMessage: Bool, timesMessages: Bool) throws(RegistrationError) -> QuoteResult {
        var engine = self.engine()
        for index in 0..<self.feed.header.pairs.count {
            _ = try engine.register(self.strategy(index, sweeps: everyMessage))
        }
        var commands = CommandBuffer(capacity: 4_096)
        let start = Timestamp(nanoseconds: Int64(truncatingIfNeeded: self.feed.count > 0 ? self.feed[0].time : 0))
        for venue in 0..<self.feed.header.venues {
            let venue = VenueIndex(UInt8(truncatingIfNeeded: venue))
            engine.handle(.connection(venue, .up), at: start, into: &commands)
            for asset in 0..<2 {
                // A sixteenth of what an amount can be: no order is short of coins.
                engine.handle(
                    .balance(venue, AssetIndex(UInt16(asset)), total: Amount(units: Int128.max / 16)), at: start,
                    into: &commands)
            }
        }
        self.open(&engine, at: start)
        for _ in 0..<self.feed.header.pairs.count {
            engine.handle(.turn(limit: 1), at: start, into: &commands)
            Self.answer(&engine, &commands, at: start)
        }
        _ = cterrace_use_large_pages()
        var histogram = Self.emptyHistogram
        var answered = Self.emptyHistogram  // Of the messages that led to a command.
        var longestAnswer: UInt64 = 0
        var result = QuoteResult()
        var levels = 0
        var messages = 0
        var seen: Int64 = 0
        let allocations = cterrace_allocations()
        let began = ContinuousClock.now
        let firstCycle = cterrace_cycles()
        var cycle = firstCycle
        var longest: UInt64 = 0
        for index in self.feed.header.snapshots..<self.feed.count {
            let record = self.feed[index]
            if record.kind == FeedRecord.trade { continue }
            Self.apply(record, self.instrument(record), &engine)
            levels += 1
            guard record.endsMessage else { continue }
            messages += 1
            if everyMessage {
                let pair = PairIndex(UInt32(record.pair))
                for position in 0..<10 {
                    seen &+= engine.level(pair, .bid, position)?.price.units ?? 0
                    seen &+= engine.level(pair, .ask, position)?.price.units ?? 0
                }
                engine.wantEvaluation(of: pair)
            }
            engine.turn(16, at: Self.time(record), into: &commands)
            result.commands += commands.count
            if timesMessages {
                // From the message's first level to the last command that it leads to.
                let now = cterrace_cycles()
                longest = max(longest, now &- cycle)
                histogram.record(min(now &- cycle, 9_000_000_000))
                if !commands.isEmpty {
                    longestAnswer = max(longestAnswer, now &- cycle)
                    answered.record(min(now &- cycle, 9_000_000_000))
                }
            }
            Self.answer(&engine, &commands, at: Self.time(record))
            if timesMessages { cycle = cterrace_cycles() }
        }
        let cycles = cterrace_cycles() &- firstCycle
        let seconds = (ContinuousClock.now - began) / .seconds(1)
        result.allocations = messages == 0 ? 0 : Double(cterrace_allocations() &- allocations) / Double(messages)
        withExtendedLifetime(seen) {}
        guard seconds > 0, messages > 0 else { return result }
        result.levels = Double(levels) / seconds
        result.messages = Double(messages) / seconds
        if timesMessages {
            let scale = seconds * 1e9 / Double(max(1, cycles))  // Nanoseconds a cycle, from the run itself.
            result.latency = BenchmarkReport.Latency(histogram, longest: longest, scale: scale)
            result.commandLatency = BenchmarkReport.Latency(answered, longest: longestAnswer, scale: scale)
        }
        return result
    }

    private static func apply(
        _ record: FeedRecord, _ instrument: InstrumentIndex, _ engine: inout Engine
    ) {
        let time = Self.time(record)
        engine.handle(
            .level(instrument, record.side, Price(units: record.price), Quantity(units: record.quantity)), at: time)
        if record.endsMessage { engine.handle(.messageEnded(instrument, venueTime: time), at: time) }
    }

    private static var emptyHistogram: Histogram<UInt32> {
        Histogram<UInt32>(
            lowestDiscernibleValue: 1, highestTrackableValue: 10_000_000_000, numberOfSignificantValueDigits: .two)
    }

    /// Applies the snapshots; an instrument that has none begins with an empty book.
    private func open(_ engine: inout Engine, at start: Timestamp) {
        var begun = SnapshotTimes(self.feed.header)
        for index in 0..<self.feed.header.snapshots {
            let record = self.feed[index]
            let instrument = self.instrument(record)
            if begun.isFirst(record, of: instrument) { engine.handle(.snapshotBegan(instrument), at: start) }
            Self.apply(record, instrument, &engine)
        }
        for instrument in begun.missing {
            engine.handle(.snapshotBegan(instrument), at: start)
            engine.handle(.messageEnded(instrument, venueTime: start), at: start)
        }
    }

    /// Which snapshot of each instrument was begun last: records of one time are one snapshot, whatever messages they are in,
    /// and those of another time replace it.
    private struct SnapshotTimes {
        private var times: [UInt64?]

        init(_ header: borrowing FeedHeader) {
            self.times = Array(repeating: nil, count: header.pairs.count * header.venues)
        }

        mutating func isFirst(_ record: FeedRecord, of instrument: InstrumentIndex) -> Bool {
            if self.times[instrument.index] == record.time { return false }
            self.times[instrument.index] = record.time
            return true
        }

        var missing: [InstrumentIndex] {
            self.times.indices.filter { self.times[$0] == nil }.map { InstrumentIndex(UInt32(truncatingIfNeeded: $0)) }
        }
    }

    /// Every command is carried out at once.
    private static func answer(_ engine: inout Engine, _ commands: inout CommandBuffer, at time: Timestamp) {
        // Reports write no commands, so the buffer can be read while it is passed.
        for position in 0..<commands.count {
            switch commands[position] {
            case .place(let instrument, let order, _, _, _):
                Self.report(instrument, order, .accepted, &engine, &commands, time)
            case .cancel(let instrument, let order):
                Self.report(instrument, order, .cancelled(cumulative: .zero), &engine, &commands, time)
            case .amend(let instrument, let order, _, let price, let quantity):
                Self.report(instrument, order, .amended(price, quantity), &engine, &commands, time)
            case .query(let instrument, let order):
                Self.report(instrument, order, .notFound(cumulative: .zero), &engine, &commands, time)
            case .resnapshot, .follow, .unfollow: break
            }
        }
        commands.removeAll()
    }

    private static func report(
        _ instrument: InstrumentIndex, _ order: ClientOrderID, _ outcome: OrderOutcome, _ engine: inout Engine,
        _ commands: inout CommandBuffer, _ time: Timestamp
    ) {
        engine.handle(
            .order(OrderReport(instrument: instrument, order: order, outcome: outcome)), at: time, into: &commands)
    }

    // MARK: Memory

    /// Differences of resident memory around registration and filling; pages of the feed are given back first.
    private func memory(_ report: inout BenchmarkReport) throws(RegistrationError) {
        self.feed.release()
        let before = Self.resident()
        var engine = self.engine()
        var commands = CommandBuffer(capacity: 4_096)
        self.open(&engine, at: .distantPast)
        self.feed.release()
        let filled = Self.resident()
        for index in 0..<self.feed.header.pairs.count {
            _ = try engine.register(self.strategy(index, sweeps: true))
        }
        engine.handle(.turn(limit: .max), at: .distantPast, into: &commands)
        let registered = Self.resident()
        let pairs = self.feed.header.pairs.count
        report.bytesPerInstrument = max(0, filled - before) / (pairs * self.feed.header.venues)
        report.bytesPerStrategy = max(0, registered - filled) / pairs
        report.residentBytes = registered
        withExtendedLifetime(engine.waiting) {}
    }

    /// Resident memory in bytes; zero where the system does not tell.
    private static func resident() -> Int {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return 0 }
        let fields = text.split(separator: " ")
        return fields.count > 1 ? (Int(fields[1]) ?? 0) * 4_096 : 0
    }
}
