import TerraceSimulation
import Testing

@Suite("The client's end of a depth stream") struct StreamSequencerTests {
    @Test("takes what continues, skips what it has, finds what is missing, and then waits for a snapshot")
    func table() {
        let messages: [(first: UInt64, last: UInt64, isSnapshot: Bool, verdict: StreamSequencer.Verdict)] = [
            (1, 3, false, .skip), (7, 7, true, .replace), (5, 7, false, .skip), (6, 9, false, .apply),
            (10, 10, false, .apply), (10, 10, false, .skip), (12, 12, false, .gap), (13, 13, false, .skip),
            (11, 11, false, .skip), (20, 20, true, .replace), (19, 19, true, .skip), (21, 24, false, .apply),
        ]
        var sequencer = StreamSequencer()
        for message in messages {
            let verdict = sequencer.began(first: message.first, last: message.last, isSnapshot: message.isSnapshot)
            #expect(verdict == message.verdict, "\(message)")
        }
        sequencer.reset()
        #expect(sequencer.began(first: 25, last: 25, isSnapshot: false) == .skip)
        #expect(sequencer.began(first: 3, last: 3, isSnapshot: true) == .replace, "after a restart numbers begin anew")
    }
}
