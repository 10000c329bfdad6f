import ArgumentParser
import Foundation
import TerraceCore
import TerraceStorage

/// Appends to a journal and says how far it is durable, for tests that kill it. Hidden: people have no use for it.
struct JournalWriteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "_write", abstract: "Append numbered fills to a journal, and say which are durable.",
        shouldDisplay: false)

    @Argument(help: "The folder of the journal.") var folder: String
    @Option(help: "The number of the first fill.") var first: UInt64 = 1
    @Option(help: "How many fills.") var count: UInt64 = 1_000_000
    @Option(help: "How many between two pauses.") var burst: UInt64 = 50
    @Option(help: "The pause in microseconds.") var pause: UInt32 = 500
    @Option(help: "The size of a segment.") var segmentBytes = 65_536
    @Flag(help: "Before the end wait until everything is durable, for as long as that takes.") var settle = false

    func run() throws {
        let opening: JournalOpening
        do throws(JournalError) {
            opening = try Journal.open(
                folder: self.folder,
                settings: JournalSettings(segmentBytes: self.segmentBytes, closeSeconds: 0.2), run: Self.description)
        } catch {
            JournalCommand.complain(error.description)
            throw ExitCode(1)
        }
        let journal = opening.journal
        try Self.say("open")
        var said = -1
        var wasFailing = false
        func look() throws {
            if journal.durableEntries != said {
                said = journal.durableEntries
                try Self.say("durable \(said)")
            }
            if journal.isFailing != wasFailing {
                wasFailing.toggle()
                try Self.say(wasFailing ? "failing" : "works again")
            }
        }
        for number in 0..<self.count {
            journal.append(Self.fill(self.first + number))
            if (number + 1) % max(1, self.burst) == 0 {
                usleep(self.pause)
                try look()
            }
        }
        while self.settle, wasFailing || journal.durableEntries < Int(self.count) {
            usleep(1_000)
            try look()
        }
        do throws(JournalError) {
            try journal.close()
        } catch {
            JournalCommand.complain(error.description)
            throw ExitCode(1)
        }
        try Self.say("durable \(journal.durableEntries)")
        try Self.say("closed")
    }

    /// At once: who is killed says nothing later. Where nobody listens any more there is nothing to go on for.
    private static func say(_ text: String) throws {
        try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    }

    private static var description: RunDescription {
        RunDescription(
            instance: 7, mode: "live", program: "test", venues: ["binance"], coins: ["BERA", "USDT"],
            instruments: [
                RunDescription.Instrument(venue: 0, symbol: "BERA/USDT", priceExponent: -8, quantityExponent: -8)
            ],
            strategies: [
                RunDescription.Strategy(id: "alpha", hash: 100, symbol: "BERA/USDT", configuration: "{}")
            ])
    }

    private static func fill(_ number: UInt64) -> JournalEntry {
        var time = timespec()
        // SAFETY: the call writes to `time` and nowhere else.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return JournalEntry(
            time: Timestamp(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)),
            content: .event(
                .order(
                    OrderReport(
                        instrument: InstrumentIndex(0),
                        order: ClientOrderID(instance: 7, strategy: 100, slot: 0, sequence: number),
                        outcome: .filled(
                            Fill(
                                trade: number, side: .bid, price: Price(units: 1_000_000_000),
                                quantity: Quantity(units: 100_000_000), fee: Amount(units: 1_000_000),
                                feeAsset: AssetIndex(1), isMaker: true))))))
    }
}
