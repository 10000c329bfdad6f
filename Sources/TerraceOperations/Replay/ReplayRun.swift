import Dispatch
import Glibc
import TerraceCore
public import TerraceVenues

/// The replay: an engine that makes markets on paper beside recordings of a venue's feed.
public struct ReplayRun: Sendable {
    /// How fast recorded time goes.
    public enum Speed: Sendable, Equatable {
        /// As fast as the machine can.
        case unlimited
        /// So many times as fast as the clock.
        case times(Double)
    }

    /// Whose recordings they are.
    public var market: BinanceMarket
    /// The pairs, each `BASE/QUOTE`.
    public var symbols: [String]
    /// The recordings, in the order in which they were recorded.
    public var files: [String]
    /// How fast recorded time goes.
    public var speed = Speed.unlimited
    /// What is quoted; of its strategies, those on these pairs and this venue. Nil for one stack a pair.
    public var configuration: DeskConfiguration?
    /// How long commands and reports take, each way.
    public var latencyNanoseconds: Int64 = 5_000_000

    /// A replay of `files` at its defaults.
    public init(market: BinanceMarket, symbols: [String], files: [String]) {
        self.market = market
        self.symbols = symbols
        self.files = files
    }

    /// The market whose venue has this name.
    public static func market(named venue: String) throws(ReplayError) -> BinanceMarket {
        if let market = BinanceMarket.allCases.first(where: { $0.venue == venue }) { return market }
        let names = BinanceMarket.allCases.map { $0.venue }
        throw .unknownVenue(venue, hint: NearestWord.hint(venue, among: names, listsThem: true))
    }

    /// Replays to the end, or to an interrupt; then cancels every order on paper, and compares engine and paper venue.
    ///
    /// - Parameters:
    ///   - stopsOnSignal: Whether an interrupt or a request to terminate ends it early.
    ///   - show: Called about once a second with a line for people, and before the first record with each note.
    /// - Throws: `ReplayError` where there is nothing to replay.
    public func run(
        stopsOnSignal: Bool = false, show: (String) -> Void = { _ in }
    ) async throws(ReplayError) -> RunReport {
        let plan = try self.plan(show)
        // Until here an interrupt just ends the program: nothing has run that would have to be wound up.
        return try await self.run(plan, stopsOnSignal ? StopSignals() : nil, show) { _ in false }
    }

    /// As above; ends early where `endsBefore` says so of the number of records taken, asked every 256 records.
    func run(endsBefore: (Int) -> Bool) async throws(ReplayError) -> RunReport {
        try await self.run(try self.plan { _ in }, nil, { _ in }, endsBefore)
    }

    private func plan(_ show: (String) -> Void) throws(ReplayError) -> ReplayPlan {
        for file in self.files where !Self.mayBeRead(file) { throw .notAFile(file) }
        for (index, symbol) in self.symbols.enumerated() where self.symbols[..<index].contains(symbol) {
            throw .symbolTwice(symbol)
        }
        show("reading \(self.files.count) recording\(self.files.count == 1 ? "" : "s")")
        let plan = try ReplayPlan(self)
        for note in plan.notes { show(note) }
        return plan
    }

    private func run(
        _ plan: ReplayPlan, _ signals: StopSignals?, _ show: (String) -> Void, _ endsBefore: (Int) -> Bool
    ) async throws(ReplayError) -> RunReport {
        var reader = RecordingReader(files: self.files)
        guard try Self.next(&reader) else { throw .nothingToReplay("there is no record in the recordings") }
        var world = try plan.world(start: reader.time)
        let pace = ReplayPace(self.speed, start: reader.time)
        let started = DispatchTime.now().uptimeNanoseconds
        var shownAt = started
        var first: Timestamp?
        var isEarly = false
        repeat {
            // After a silence too: it may have taken as long as many records do.
            if reader.records & 255 == 1 || pace != nil || reader.time > world.now.advanced(by: 1_000_000_000) {
                isEarly = endsBefore(reader.records - 1)
                if !isEarly, let signals { isEarly = await signals.wait(nanoseconds: 0) }
                if isEarly { break }
                let now = DispatchTime.now().uptimeNanoseconds
                if now - shownAt >= 1_000_000_000 {
                    shownAt = now
                    show(ReplayText.progress(world, records: reader.records, of: plan.records, since: first))
                }
            }
            if let pace, await pace.wait(for: reader.time, world: &world, signals) {
                isEarly = true
                break
            }
            world.take(reader)
            if first == nil, world.events > 0 { first = reader.time }
        } while try Self.next(&reader)
        let wall = Double(DispatchTime.now().uptimeNanoseconds - started) / 1e9
        let taken = isEarly ? reader.records - 1 : reader.records
        return self.report(plan, &world, records: taken, wall: wall, since: first, endedEarly: isEarly)
    }

    private func report(
        _ plan: ReplayPlan, _ world: inout ReplayWorld, records: Int, wall: Double, since first: Timestamp?,
        endedEarly: Bool
    ) -> RunReport {
        let last = world.now
        let feed = plan.instruments.enumerated().map { ($1.name, world.feedReport($0, $1)) }
        let quoting = world.summary(hash: false)
        // Before the stop, while orders stand, and after it.
        world.quieten()
        var mismatches = world.engine.isSettled ? world.mismatches().map { "before the stop: \($0)" } : []
        if !world.stop() { mismatches.append("orders are left after two minutes of cancelling") }
        mismatches += world.mismatches()
        var report = RunReport(
            [world.summary(hash: true)], whileQuoting: [quoting], pairs: plan.instruments.count, venues: 1,
            seconds: Double(last.nanoseconds(since: first ?? last)) / 1e9, mismatches: mismatches)
        report.feed = Dictionary(feed) { _, last in last }
        var notes = plan.notes
        if world.levelsWithheld > 0 {
            notes.append("\(world.levelsWithheld) levels between the ticks were kept from the engine")
        }
        report.replay = ReplayReport(
            records: records, events: world.events, wallSeconds: wall,
            recordsPerSecond: (Double(records) / max(wall, 1e-9)).rounded(),
            eventsPerSecond: (Double(world.events) / max(wall, 1e-9)).rounded(), endedEarly: endedEarly,
            otherSymbols: world.feed.counters.unknownSymbols, notes: notes)
        return report
    }

    /// Whether it is a regular file; one that is not there is told of when it is opened.
    private static func mayBeRead(_ path: String) -> Bool {
        var found = stat()
        // SAFETY: the path and the structure live through the call.
        return unsafe stat(path, &found) != 0 || found.st_mode & S_IFMT == S_IFREG
    }

    private static func next(_ reader: inout RecordingReader) throws(ReplayError) -> Bool {
        do throws(RecordingError) {
            return try reader.next()
        } catch {
            throw .recording(error)
        }
    }
}
