import TerraceCore

@testable import TerraceVenues

/// What a scripted venue says next, and what it was asked.
final class DialectScript {
    var traits = VenueTraits(
        name: "scripted", title: "Scripted", endpoints: VenueEndpoints(rest: "r", market: "m", account: "a"),
        fetchesSnapshots: true, instrumentsPerConnection: 10, instrumentsPerSubscription: 5, messagesPerSecond: 5,
        pingText: Array("ping".utf8), weightPerWindow: 1_000, weightWindowSeconds: 60, canAmend: true,
        placeAnswerIsFinal: true)
    var weight = 1
    var snapshotWeight = 1
    var logins = 1
    var outcome = AnswerOutcome.done
    var events: [AccountEvent] = []
    var told: [AccountEvent] = []
    var time: Int64 = 0
    var commands: [AccountCommand] = []
    /// The time that each command was signed with, in milliseconds.
    var stamps: [Int64] = []
}

/// A venue without a wire format: the test says what each answer and message means.
struct ScriptedDialect: VenueDialect {
    let script: DialectScript
    let instruments: [FeedInstrument]

    init(_ script: DialectScript, count: Int) {
        self.script = script
        self.instruments = (0..<count).map {
            FeedInstrument(symbol: "S\($0)", instrument: InstrumentIndex(UInt32($0)), units: .standard)
        }
    }

    var traits: VenueTraits { self.script.traits }
    func instrumentsRequest(page: String?) -> VenueRequest { VenueRequest(.get, Array("list".utf8)) }
    func listing(_ body: Span<UInt8>) throws(WireError) -> InstrumentListing { InstrumentListing() }
    var timeRequest: VenueRequest { VenueRequest(.get, Array("time".utf8)) }
    func time(_ body: Span<UInt8>) throws(WireError) -> Int64 { self.script.time }
    func feed(_ slots: Range<Int>) throws(SymbolTable.Refusal) -> any VenueFeed {
        ScriptedFeed(slots.map { self.instruments[$0].instrument })
    }
    var marketTarget: String { "market" }
    func subscription(_ slots: [Int], isOn: Bool, request: Int64) -> [UInt8] {
        Array("\(isOn ? "sub" : "unsub") \(request) \(slots.map { "\($0)" }.joined(separator: ","))".utf8)
    }
    func snapshotRequest(_ slot: Int) -> VenueRequest {
        VenueRequest(.get, Array("snapshot \(slot)".utf8), weight: self.script.snapshotWeight)
    }
    func request(_ command: AccountCommand, at milliseconds: Int64) -> VenueRequest {
        self.script.commands.append(command)
        self.script.stamps.append(milliseconds)
        return VenueRequest(.post, Array("\(self.script.commands.count - 1)".utf8), weight: self.script.weight)
    }
    func read(
        _ answer: VenueAnswer, _ body: Span<UInt8>, to command: AccountCommand, into events: inout [AccountEvent]
    ) -> AnswerOutcome {
        events += self.script.events
        return self.script.outcome
    }
    func accountTarget(listenKey: String) -> String { "account \(listenKey)" }
    func login(step: Int, at milliseconds: Int64) -> [UInt8]? {
        step < self.script.logins ? Array("login \(step)".utf8) : nil
    }
    func readStream(_ bytes: Span<UInt8>, into events: inout [AccountEvent]) throws(WireError) {
        events += self.script.told
    }
    func usage(_ answer: VenueAnswer) -> (weight: Double?, orders: Double?) { (nil, nil) }
}
