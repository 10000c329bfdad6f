public import ArgumentParser
import Foundation
import TerraceCore
public import TerraceOperations
import TerraceStorage

extension StoreListing.Content: ExpressibleByArgument {}

/// `terrace store show`.
struct StoreShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "List positions, open orders, fills, public trades, or the configurations that a strategy had.",
        discussion: """
            Fields stand between tabs, their names in the first line. The store follows the journal, a second behind it at most \
            while a run writes.

              terrace store show positions desk.yml
              terrace store show fills desk.yml --strategy bera_usdt --from 2026-11-29
              terrace store show trades desk.yml --symbol BERA/USDT --venue binance --limit 20
              terrace store show history desk.yml --strategy bera_usdt
            """)

    @Argument(help: "What: positions, orders, fills, trades or history.") var content: StoreListing.Content
    @Argument(help: "The configuration, YAML or JSON, that names the store.") var config: String
    @Option(help: "The strategy's id; needed for fills and history.") var strategy: String?
    @Option(help: "Only this pair, of trades. May be given several times.") var symbol: [String] = []
    @Option(help: "Only this venue, of trades. May be given several times.") var venue: [String] = []
    @Option(help: "From when on, of fills and trades: a date or a moment in UTC.") var from: String?
    @Option(help: "Before when, of fills; as of when, of positions.") var to: String?
    @Option(help: "How many at most, 1 to 100000; of trades of each instrument.") var limit = 1_000

    func validate() throws {
        if !(1...100_000).contains(self.limit) {
            throw ValidationError("--limit is 1 to 100000, not \(self.limit)")
        }
        if self.strategy == nil, self.content == .fills || self.content == .history {
            throw ValidationError("\(self.content.rawValue) are those of a strategy: name it with --strategy")
        }
    }

    func run() async throws {
        let desk = try LiveCommand.desk(self.config)
        let passwords = try LiveCommand.passwords(desk)
        var listing = StoreListing(self.content)
        listing.strategy = self.strategy ?? ""
        (listing.symbols, listing.venues, listing.limit) = (self.symbol, self.venue, self.limit)
        if let from = self.from { listing.from = try JournalCommand.moment(from, "from") }
        if let to = self.to { listing.to = try JournalCommand.moment(to, "to") }
        let lines: [String]
        do throws(DatabaseError) {
            lines = try await desk.listing(listing, password: passwords.store)
        } catch {
            LiveCommand.complain("Error: store: \(error.description)")
            throw ExitCode(2)
        }
        for line in lines { print(line) }
    }
}
