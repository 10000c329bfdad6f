import ArgumentParser
import Foundation
import TerraceCore
import TerraceStorage

/// What tests and measurements need of the trade store in a process of its own. Hidden: people have no use for it.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Parts of the trade store by themselves.", shouldDisplay: false,
        subcommands: [Follow.self, Measure.self])

    /// Where the store is: by the environment, because a URL may have a password in it and arguments are seen by everybody.
    static func location() throws -> StoreLocation {
        guard let text = ProcessInfo.processInfo.environment["TERRACE_STORE"], !text.isEmpty else {
            throw ValidationError("TERRACE_STORE says where the store is: a path, or a URL postgres://...")
        }
        return try StoreLocation(text)
    }

    struct Follow: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "_follow", abstract: "Store what the journal in a folder has, and end.", shouldDisplay: false)

        @Argument(help: "The folder of the journal.") var folder: String
        @Option(help: "How many records a transaction has.") var batch = 5_000

        func run() async throws {
            let store = TradeStore(location: try StoreCommand.location(), pool: PoolSettings(size: 2))
            let follower = StoreFollower(
                store: store, folder: self.folder,
                settings: StoreFollowerSettings(batchRecords: self.batch, keepTradeDays: nil, keepBucketDays: nil))
            follower.start()
            let isEnded = await withCheckedContinuation { continuation in
                Thread { continuation.resume(returning: follower.stop(within: .seconds(300))) }.start()
            }
            await store.stop()
            if !isEnded {
                try? FileHandle.standardError.write(contentsOf: Data("\(follower.statistics)\n".utf8))
                throw ExitCode(1)
            }
        }
    }

    struct Measure: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "_measure", abstract: "Measure catching up and the questions of a warm start.",
            shouldDisplay: false)

        @Option(help: "How many fills.") var fills = 500_000
        @Option(help: "How many pairs, each on four venues.") var pairs = 500
        @Option(help: "How many buckets an instrument has.") var buckets = 360

        func run() async throws {
            let location = try StoreCommand.location()
            let folder = NSTemporaryDirectory() + "/terrace-measure-\(getpid())"
            defer { try? FileManager.default.removeItem(atPath: folder) }
            let orders = try self.write(to: folder + "/fills") { journal in self.addFills(journal) }
            try await self.follow(folder + "/fills", location, "fills", orders)
            let mixed = try self.write(to: folder + "/mixed") { journal in self.addOrders(journal) }
            try await self.follow(folder + "/mixed", location, "fills, each with its order's five other records", mixed)
            let trades = try self.write(to: folder + "/trades") { journal in self.addTrades(journal) }
            try await self.follow(folder + "/trades", location, "public trades", trades)
            try await self.ask(location)
        }

        private static let start: Int64 = 1_790_000_000_000_000_000
        private var description: RunDescription {
            let venues = ["alpha", "beta", "gamma", "delta"]
            var instruments: [RunDescription.Instrument] = []
            for venue in venues.indices {
                for pair in 0..<self.pairs {
                    instruments.append(
                        RunDescription.Instrument(
                            venue: venue, symbol: "P\(pair)/USDT", priceExponent: -8, quantityExponent: -8))
                }
            }
            return RunDescription(
                instance: 7, mode: "live", program: "measure", venues: venues, coins: ["USDT", "BNB"],
                instruments: instruments,
                strategies: (0..<self.pairs).map {
                    RunDescription.Strategy(
                        id: "strategy-\($0)", hash: UInt32($0) &+ 1_000, symbol: "P\($0)/USDT", configuration: "{}")
                })
        }

        private func write(to folder: String, _ body: (Journal) -> Int) throws -> Int {
            let opening = try Journal.open(folder: folder, run: self.description)
            let count = body(opening.journal)
            try opening.journal.close()
            return count
        }

        private func fill(_ number: Int, _ order: ClientOrderID) -> JournalEntry {
            JournalEntry(
                time: Timestamp(nanoseconds: Self.start + Int64(number) * 100_000),
                content: .event(
                    .order(
                        OrderReport(
                            instrument: InstrumentIndex(UInt32(number % self.pairs)), order: order,
                            outcome: .filled(
                                Fill(
                                    trade: UInt64(number) + 1, side: number / self.pairs % 2 == 0 ? .bid : .ask,
                                    price: Price(units: 812_345_678 + Int64(number % 1_000) * 1_000),
                                    quantity: Quantity(units: 1_234_500_000 + Int64(number % 77) * 100_000),
                                    fee: Amount(units: 7_500_000_000_000_000), feeAsset: AssetIndex(0), isMaker: true)))
                    )))
        }

        private func order(_ number: Int) -> ClientOrderID {
            ClientOrderID(
                instance: 7, strategy: UInt32(number % self.pairs) &+ 1_000, slot: 0,
                sequence: UInt64(number))
        }

        /// Fills alone, of orders that are not known.
        private func addFills(_ journal: Journal) -> Int {
            for number in 0..<self.fills { journal.append(self.fill(number, self.order(number))) }
            return self.fills
        }

        /// Orders that are placed, accepted, filled in part, cancelled, each with the digest of a state.
        private func addOrders(_ journal: Journal) -> Int {
            let count = self.fills / 5
            for index in 0..<count {
                let number = index + self.fills
                let id = self.order(number)
                let instrument = InstrumentIndex(UInt32(number % self.pairs))
                let time = Timestamp(nanoseconds: Self.start + Int64(number) * 100_000)
                let price = Price(units: 812_345_678)
                let quantity = Quantity(units: 9_234_500_000)
                journal.append(
                    JournalEntry(time: time, content: .command(.place(instrument, id, .bid, price, quantity))))
                for content: JournalContent in [
                    .event(.order(OrderReport(instrument: instrument, order: id, outcome: .accepted))),
                    self.fill(number, id).content, .command(.cancel(instrument, id)),
                    .event(
                        .order(OrderReport(instrument: instrument, order: id, outcome: .cancelled(cumulative: .zero)))),
                    .stateHash(UInt64(number)),
                ] {
                    journal.append(JournalEntry(time: time, content: content))
                }
            }
            return count
        }

        /// One trade in every bucket of every instrument.
        private func addTrades(_ journal: Journal) -> Int {
            let instruments = self.pairs * 4
            for bucket in 0..<self.buckets {
                let time = Timestamp(nanoseconds: Self.start + Int64(bucket) * 10_000_000_000)
                for instrument in 0..<instruments {
                    journal.append(
                        JournalEntry(
                            time: time,
                            content: .event(
                                .market(
                                    .trade(
                                        InstrumentIndex(UInt32(instrument)), aggressor: .bid,
                                        Price(units: 812_345_678 + Int64(bucket) * 1_000),
                                        Quantity(units: 1_234_500_000 + Int64(instrument) * 100_000), venueTime: time,
                                        id: UInt64(bucket) + 1)))))
                }
            }
            return instruments * self.buckets
        }

        private func follow(_ folder: String, _ location: StoreLocation, _ what: String, _ count: Int) async throws {
            let store = TradeStore(location: location, pool: PoolSettings(size: 2))
            try await store.migrate()
            let follower = StoreFollower(
                store: store, folder: folder, settings: StoreFollowerSettings(keepTradeDays: nil, keepBucketDays: nil))
            let clock = ContinuousClock()
            let start = clock.now
            follower.start()
            guard
                await withCheckedContinuation({ continuation in
                    Thread { continuation.resume(returning: follower.stop(within: .seconds(300))) }.start()
                })
            else {
                print(follower.statistics)
                throw ExitCode(1)
            }
            let seconds = (clock.now - start) / .seconds(1)
            let records = follower.statistics.records
            print(
                "\(what): \(count) in \(seconds) s, \(Int(Double(count) / seconds))/s (\(Int(Double(records) / seconds)) records/s)"
            )
            await store.stop()
        }

        private func ask(_ location: StoreLocation) async throws {
            let store = TradeStore(location: location, pool: PoolSettings(size: 2))
            try await store.migrate()
            let clock = ContinuousClock()
            for pass in 1...3 {
                // Another moment is another question: the cache must not answer.
                let since = Timestamp(nanoseconds: Self.start - Int64(pass) * 100_000_000_000)
                var start = clock.now
                let series = try await store.volumeBuckets(
                    symbols: [], exchanges: [], since: since, by: .after(.seconds(60)))
                print(
                    "buckets: \(series.reduce(0) { $0 + $1.buckets.count }) of \(series.count) in \((clock.now - start) / .seconds(1)) s"
                )
                start = clock.now
                let positions = try await store.positions(
                    at: Timestamp(nanoseconds: .max - Int64(pass)), by: .after(.seconds(60)))
                print("positions: \(positions.count) in \((clock.now - start) / .seconds(1)) s")
                start = clock.now
                let trades = try await store.recentTrades(
                    symbols: [], exchanges: [], since: since, limit: 10, by: .after(.seconds(60)))
                print("recent trades: \(trades.count) in \((clock.now - start) / .seconds(1)) s")
            }
            await store.stop()
        }
    }
}
