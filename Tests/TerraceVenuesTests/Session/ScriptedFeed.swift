import TerraceCore

@testable import TerraceVenues

/// A feed whose messages are words: `ack 7`, `refuse 7`, `book 3`, `lost 3`; anything else is a sign of life.
final class ScriptedFeed: VenueFeed {
    private let instruments: [InstrumentIndex]
    private var live: Set<Int> = []
    var counters = FeedCounters()

    init(_ instruments: [InstrumentIndex]) { self.instruments = instruments }

    func summary(of slot: Int) -> FeedSummary { FeedSummary() }

    func received(_ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]) -> FeedOutcome {
        let words = bytes.text.split(separator: " ")
        guard words.count == 2, let number = Int64(words[1]) else { return .none }
        let instrument = InstrumentIndex(UInt32(truncatingIfNeeded: number))
        switch words[0] {
        case "ack": return .acknowledged(request: number)
        case "refuse": return .refused(request: number, code: -1)
        case "book":
            self.show(instrument, &events)
            return .none
        case "lost":
            self.lose(instrument, &events)
            return .snapshotWanted(instrument)
        default: return .none
        }
    }

    private func show(_ instrument: InstrumentIndex, _ events: inout [Event]) {
        self.live.insert(instrument.index)
        events.append(.market(.snapshotBegan(instrument)))
        events.append(.market(.messageEnded(instrument, venueTime: .distantPast)))
    }

    private func lose(_ instrument: InstrumentIndex, _ events: inout [Event]) {
        if self.live.remove(instrument.index) != nil { events.append(.market(.bookLost(instrument))) }
    }

    func receivedSnapshot(
        of instrument: InstrumentIndex, _ bytes: Span<UInt8>, at time: Timestamp, into events: inout [Event]
    ) -> FeedOutcome {
        self.show(instrument, &events)
        return .none
    }

    func snapshotFailed(of instrument: InstrumentIndex) -> FeedOutcome { .snapshotWanted(instrument) }
    func disconnected(into events: inout [Event]) {
        for instrument in self.instruments { self.lose(instrument, &events) }
    }
    func resnapshot(_ instrument: InstrumentIndex, into events: inout [Event]) -> FeedOutcome {
        self.lose(instrument, &events)
        return .snapshotWanted(instrument)
    }
    func dropped(_ instrument: InstrumentIndex, into events: inout [Event]) { self.lose(instrument, &events) }
}

extension Span<UInt8> {
    var text: String {
        var bytes: [UInt8] = []
        for place in self.indices { bytes.append(self[place]) }
        return String(decoding: bytes, as: UTF8.self)
    }
}
