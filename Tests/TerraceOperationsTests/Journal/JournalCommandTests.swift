import Foundation
import TerraceCore
import TerraceStorage
import Testing

@testable import TerraceOperations

@Suite("The command terrace journal") struct JournalCommandTests {
    /// The program, beside the tests.
    private static let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        .deletingLastPathComponent().appendingPathComponent("terrace")

    private static func terrace(_ arguments: String...) throws -> (code: Int32, output: String, errors: String) {
        let folder = self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var handles: [FileHandle] = []
        for name in ["output", "errors"] {
            _ = FileManager.default.createFile(atPath: "\(folder)/\(name)", contents: nil)
            handles.append(try #require(FileHandle(forWritingAtPath: "\(folder)/\(name)")))
        }
        let process = Process()
        process.executableURL = self.program
        process.arguments = ["journal"] + arguments
        (process.standardOutput, process.standardError) = (handles[0], handles[1])
        try process.run()
        process.waitUntilExit()
        func text(_ name: String) throws -> String {
            String(decoding: try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name)")), as: UTF8.self)
        }
        return (process.terminationStatus, try text("output"), try text("errors"))
    }

    private static func folder() -> String {
        FileManager.default.temporaryDirectory.appendingPathComponent("terrace-journal-\(UUID().uuidString)").path
    }

    /// A data folder with a journal of 20 fills in it; left as a killed run leaves it, or closed.
    private static func data(isClosed: Bool = true) throws -> (data: String, newest: String) {
        let data = Self.folder()
        let arguments = [
            "\(data)/journal", "--count", "20", "--burst", "1", "--pause", "3000", "--segment-bytes", "100000",
        ]
        let process = Process()
        process.executableURL = self.program
        process.arguments = ["journal", "_write"] + arguments
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        let newest = "\(data)/journal/journal-00000000000000000001.tj"
        if !isClosed {
            // Into the record of the end, and the last fill.
            let handle = try #require(FileHandle(forUpdatingAtPath: newest))
            try handle.truncate(atOffset: try handle.seekToEnd() - 30)
        }
        return (data, newest)
    }

    @Test("shows, verifies and exports, by the folder or the data folder")
    func reads() throws {
        let (data, _) = try Self.data()
        defer { try? FileManager.default.removeItem(atPath: data) }
        for place in [data, data + "/journal"] {
            let shown = try Self.terrace("show", place, "--kind", "fill", "--last", "2")
            #expect(shown.code == 0 && shown.output.split(separator: "\n").count == 2, "\(shown)")
            #expect(
                shown.output.contains(
                    " fill binance BERA/USDT alpha filled buy 1 at 10 fee 0.00000000000001 USDT maker trade 20"))
        }
        let verified = try Self.terrace("verify", data)
        #expect(verified.code == 0 && verified.output.hasSuffix("\nsound\n"), "\(verified)")
        #expect(verified.output.contains("1 segments, 23 records"))
        let exported = try Self.terrace("export", data, "--content", "fills")
        let lines = exported.output.split(separator: "\n")
        #expect(exported.code == 0 && lines.count == 21, "\(exported)")
        #expect(lines[0].hasPrefix("sequence,time,kind,venue,symbol,strategy,side,quantity,price,fee,fee_coin,"))
        let file = data + "/all.jsonl"
        let all = try Self.terrace("export", data, "--content", "all", "--format", "jsonl", "--out", file)
        #expect(all.code == 0)
        let objects = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").map {
            try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
        #expect(objects.count == 23)
        #expect(objects.compactMap { $0["sequence"] as? Int } == Array(1...23))
        #expect(objects[2]["price"] as? String == "10" && objects[2]["fee"] as? String == "0.00000000000001")
    }

    @Test("ends with 1 where the journal is damaged, with the place and the remedy, and leaves no half a file")
    func damaged() throws {
        let (data, newest) = try Self.data()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let handle = try #require(FileHandle(forUpdatingAtPath: newest))
        try handle.seek(toOffset: 700)
        let byte = try #require(try handle.read(upToCount: 1)?.first)
        try handle.seek(toOffset: 700)
        try handle.write(contentsOf: Data([byte ^ 1]))
        try handle.close()
        let verified = try Self.terrace("verify", data)
        #expect(verified.code == 1 && verified.output.hasSuffix("DAMAGED at 1 place\n"), "\(verified)")
        #expect(verified.errors.contains("\(newest) is damaged at byte ") && verified.errors.contains("truncate -s"))
        #expect(try Self.terrace("show", data).code == 1)
        #expect(try Self.terrace("export", data, "--out", data + "/fills.csv").code == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: data) == ["journal"])
    }

    @Test("says of a torn tail what it is, ends with 0, and cuts nothing")
    func torn() throws {
        let (data, newest) = try Self.data(isClosed: false)
        defer { try? FileManager.default.removeItem(atPath: data) }
        let before = try Data(contentsOf: URL(fileURLWithPath: newest))
        let verified = try Self.terrace("verify", data)
        #expect(verified.code == 0 && verified.output.hasSuffix("\nsound\n"), "\(verified)")
        #expect(
            verified.output.contains("are not complete") && verified.output.contains("the next start cuts them off"))
        #expect(try Self.terrace("show", data, "--kind", "fill").output.split(separator: "\n").count == 19)
        #expect(try Data(contentsOf: URL(fileURLWithPath: newest)) == before)
    }

    @Test("ends with 2 and says what is wrong with what it was given")
    func usage() throws {
        let (data, newest) = try Self.data()
        defer { try? FileManager.default.removeItem(atPath: data) }
        let empty = Self.folder()
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: empty) }
        let wrong = try [
            (Self.terrace("show", "/nowhere/at/all"), "there is no such file or folder"),
            (Self.terrace("verify", empty), "no journal is in this folder"),
            (Self.terrace("export", newest), "name its folder"),
            (Self.terrace("show", data, "--kind", "trades"), "is no kind of record: there are run, strategies,"),
            (Self.terrace("show", data, "--last", "0"), "--last is 1 to 1000000"),
            (Self.terrace("show", data, "--from", "yesterday"), "--from is a date or a moment in UTC"),
            (Self.terrace("export", data, "--content", "balances"), "--content is fills, orders or all"),
            (Self.terrace("export", data, "--format", "xml"), "--format is csv or jsonl"),
            (Self.terrace("export", data, "--out", "/nowhere/fills.csv"), "can't be written"),
        ]
        for (result, words) in wrong {
            #expect(result.code == 2 && result.errors.contains(words), "\(words): \(result)")
            #expect(result.output.isEmpty)
        }
        let none = try Self.terrace("show", data, "--strategy", "nobody")
        #expect(none.code == 0 && none.output.isEmpty && none.errors.contains("is such a one"))
    }

    @Test("quotes what has commas, quotes or line ends, as CSV and JSON want it")
    func quotes() throws {
        let folder = Self.folder()
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let id = "a \"b\", c\n\\\u{1}"
        let run = RunDescription(
            instance: 7, mode: "live", program: "test", venues: ["v"], coins: ["A", "B"],
            instruments: [RunDescription.Instrument(venue: 0, symbol: "A/B", priceExponent: -8, quantityExponent: -8)],
            strategies: [RunDescription.Strategy(id: id, hash: 1, symbol: "A/B", configuration: "{}")])
        let opening = try Journal.open(folder: folder, run: run)
        opening.journal.append(
            JournalEntry(time: Timestamp(nanoseconds: 1), content: .event(.control(.pause(StrategyIndex(0))))))
        try opening.journal.close()
        var filter = JournalFilter()
        filter.topics = [.action]
        let row = try #require(try JournalBrowser(folder: folder, filter: filter).next())
        let csv = JournalExport(.all, as: .csv, filter: filter).text(row)
        #expect(csv.hasPrefix("3,1970-01-01T00:00:00.000000001Z,action,,A/B,\"a \"\"b\"\", c\n\\\u{1}\",pause,,"))
        let json = JournalExport(.all, as: .jsonl, filter: filter).text(row)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        #expect(object["strategy"] as? String == id && object["what"] as? String == "pause")
    }
}
