import Foundation
import TerraceCore
import Testing

@testable import TerraceExchangeServer
@testable import TerraceVenues

/// Hundreds of pairs on four exchanges: the engine is quoting all of them within seconds, and no exchange counts more than it
/// allows.
@Suite("A start at size") struct StartUpTests {
    /// A hundred pairs here, five hundred where the long campaigns run.
    static let pairs = ProcessInfo.processInfo.environment["TERRACE_SOAK_SEEDS"] == nil ? 100 : 500

    @Test("has all books live and all pairs quoting within seconds, inside of every limit as the exchanges count it")
    func start() throws {
        let world = try StartUpWorld(kinds: [.binance, .bybit, .binance, .bybit], pairs: Self.pairs)
        var booksAfter: Int64 = -1
        var quotesAfter: Int64 = -1
        for second in 1...60 as ClosedRange<Int64> {
            world.run(for: 1_000_000_000)
            if booksAfter < 0, world.liveBooks == 4 * Self.pairs { booksAfter = second }
            if booksAfter >= 0, world.quotedPairs == Self.pairs {
                quotesAfter = second
                break
            }
        }
        #expect(booksAfter >= 0 && booksAfter <= 10, "\(world.liveBooks) books after \(booksAfter) s: \(world.account)")
        #expect(
            quotesAfter >= 0 && quotesAfter <= 30, "\(world.quotedPairs) pairs after \(quotesAfter) s: \(world.account)"
        )
        world.run(for: 5_000_000_000)
        #expect(world.quotedPairs == Self.pairs)
        for (place, counts) in world.counts.enumerated() {
            let limits = StartUpWorld.Limits(of: world.hosts[place].server.settings.kind)
            #expect(counts.refusals == 0, "exchange \(place)")
            #expect(counts.mostWeight <= limits.weight, "exchange \(place)")
            #expect(counts.mostWeight > 0, "exchange \(place)")
            #expect(counts.mostMessages <= limits.messages, "exchange \(place)")
            #expect(counts.connections <= limits.connections, "exchange \(place)")
        }
    }
}
