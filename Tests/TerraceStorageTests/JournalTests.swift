import Foundation
import TerraceCore
import Testing

@testable import TerraceStorage

@Suite("A journal") struct JournalTests {
    @Test("keeps what was appended over runs, in order, numbered without gaps")
    func keeps() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        for run in 0..<3 as Range<UInt64> {
            let opening = try Journal.open(folder: folder, run: JournalSamples.run())
            #expect(opening.notes == [])
            #expect(opening.ledger.strategy("a")?.total.quantity.units == Int64(run * 300))
            for number in 0..<100 {
                opening.journal.append(JournalSamples.trade(run * 1_000 + UInt64(number)))
                opening.journal.append(JournalSamples.fill(run * 1_000 + UInt64(number) + 500))
            }
            try opening.journal.close()
            #expect(opening.journal.statistics.records == 203)
        }
        let numbers = try JournalSamples.numbers(folder)
        var wanted: [UInt64] = []
        for run in 0..<3 as Range<UInt64> {
            for number in 0..<100 as Range<UInt64> { wanted += [run * 1_000 + number, run * 1_000 + number + 500] }
        }
        #expect(numbers == wanted)
        #expect(try Journal.ledger(in: folder).strategy("a")?.total.quantity.units == 900)
    }

    @Test("lets one writer in, and says whose it is")
    func lock() throws {
        let folder = JournalSamples.folder()
        defer { JournalSamples.remove(folder) }
        let opening = try Journal.open(folder: folder, run: JournalSamples.run())
        #expect(throws: JournalError.locked(folder: folder, process: getpid())) {
            try Journal.open(folder: folder, run: JournalSamples.run())
        }
        try opening.journal.close()
        let again = try Journal.open(folder: folder, run: JournalSamples.run())
        try again.journal.close()
    }
}
