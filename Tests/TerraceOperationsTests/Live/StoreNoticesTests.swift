import TerraceStorage
import Testing

@testable import TerraceOperations

@Suite("What is told of a store that follows") struct StoreNoticesTests {
    private static let start = Deadline(nanoseconds: 1_000_000_000)

    private static func statistics(_ state: StoreFollowerStatistics.State) -> StoreFollowerStatistics {
        var statistics = StoreFollowerStatistics()
        statistics.state = state
        statistics.lagRecords = 1_234
        statistics.lastError = "db:5432: it is gone"
        return statistics
    }

    private static func lines(
        _ notices: inout StoreNotices, _ state: StoreFollowerStatistics.State, minute: Int
    ) -> [String] {
        notices.lines(Self.statistics(state), at: Self.start.advanced(by: .seconds(60 * minute))) { 56_000_000 }
    }

    @Test("is an alarm where it has given up, repeated every ten minutes with what the journal keeps") func failed() {
        var notices = StoreNotices()
        #expect(Self.lines(&notices, .following, minute: 0) == [])
        let first = Self.lines(&notices, .failed, minute: 1)
        #expect(first.count == 1 && first[0].hasPrefix("ALARM: store: db:5432: it is gone; "), "\(first)")
        #expect(first[0].contains("1,234 records") && first[0].contains("56 MB"), "\(first)")
        for minute in 2..<11 { #expect(Self.lines(&notices, .failed, minute: minute) == []) }
        #expect(Self.lines(&notices, .failed, minute: 11) == first)
        #expect(Self.lines(&notices, .failed, minute: 12) == [])
        #expect(Self.lines(&notices, .failed, minute: 21) == first)
    }

    @Test("is a warning while it is tried again, and a word when it follows again") func waiting() {
        var notices = StoreNotices()
        #expect(Self.lines(&notices, .waiting, minute: 0).first?.hasPrefix("warning: store: ") == true)
        #expect(Self.lines(&notices, .waiting, minute: 9) == [])
        #expect(Self.lines(&notices, .waiting, minute: 10).count == 1)
        #expect(Self.lines(&notices, .following, minute: 11) == ["the store is followed again"])
        #expect(Self.lines(&notices, .following, minute: 40) == [])
    }
}
