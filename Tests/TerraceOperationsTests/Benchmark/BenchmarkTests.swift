import Testing

@testable import TerraceOperations

@Suite("Benchmarks of the wire") struct BenchmarkTests {
    @Test("measure messages of 975 bytes, whatever their number", arguments: [1, 2, 999, 1_000_000])
    func messageLength(number: Int) {
        #expect(DepthText.binance(number, symbol: "AVAXUSDT").utf8.count == DepthText.length)
        #expect(DepthText.bybit(number, symbol: "AVAXUSDT").utf8.count == DepthText.length)
    }

    /// Allocations are counted for the whole process, so that only a run by itself can say that there are none: the check
    /// of `bench decode`.
    @Test("decode what they say, and give a figure for each venue")
    func figures() throws {
        let report = try DecodeBenchmark(messages: 500, passes: 3).run()
        #expect(report.binance.decodeNsBest > 0 && report.bybit.decodeNsBest > 0)
    }

    @Test("tell percentiles and put every latency into one bar")
    func percentiles() {
        var report = WireReport()
        report.take((1...1_000).map { $0 * 1_000 }.shuffled())
        #expect(report.messages == 1_000)
        #expect(report.p50Us == 501)
        #expect(report.p99Us == 991)
        #expect(report.maxUs == 1_000)
        #expect(report.histogram.map(\.count).reduce(0, +) == 1_000)
        #expect(report.histogram.first?.count == 4)
        #expect(report.histogram.last?.count == 1)
    }

    @Test("answer every message that comes alone with an order, with and without TLS", arguments: [false, true])
    func wire(usesTLS: Bool) throws {
        let report = try WireBenchmark(messages: 40, rate: 50, usesTLS: usesTLS).run()
        #expect(report.messages > 0)
        #expect(report.orderRequests > report.messages)
    }

    /// On one connection of each venue, and on two of Bybit, which takes 420 of these instruments on one.
    @Test("lose no message and no book under load", arguments: [20, 430])
    func load(pairs: Int) throws {
        let report = try LoadBenchmark(pairs: pairs, rate: 1_000, seconds: 3).run()
        #expect(report.received == report.sent)
        #expect(report.malformed == 0)
        #expect(report.snapshotsAgain == 0)
        #expect(report.commands > 0)
    }

    @Test("name what is wrong with a run under load")
    func faults() {
        var report = LoadReport()
        report.sent = 2
        report.received = 1
        report.malformed = 1
        report.thirds = [LoadReport.Third(), LoadReport.Third()]
        report.thirds[0].residentBytes = 1_000
        report.thirds[1].residentBytes = 1_100
        #expect(report.faults.count == 4)
    }
}
