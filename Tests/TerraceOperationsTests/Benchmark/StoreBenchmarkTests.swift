import Foundation
import TerraceOperations
import TerraceStorage
import Testing

@Suite("The benchmark of the store") struct StoreBenchmarkTests {
    @Test("finds everything stored, and refuses a file that is there")
    func sqlite() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let location = StoreLocation.sqlite(path: folder + "/bench.sqlite")
        let benchmark = StoreBenchmark(locations: [location], fills: 500, pairs: 3, buckets: 20, rounds: 2)
        let report = try await benchmark.run { _ in }
        #expect(report.faults == [])
        let engine = try #require(report.engines.first)
        #expect(report.engines.count == 1 && report.sharing == nil)
        #expect(engine.fills.stored == 500 && engine.orders.stored == 100 && engine.trades.stored == 240)
        #expect(engine.warmInstruments == 12 && engine.warmSeconds.count == 3)
        await #expect(throws: StoreBenchmark.Failure.self) { try await benchmark.run { _ in } }
        var lost = report
        lost.engines[0].fills.stored -= 1
        #expect(lost.faults == ["sqlite: of 500 fills 499 were stored"])
    }
}
