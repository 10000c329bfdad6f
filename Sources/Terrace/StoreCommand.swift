import ArgumentParser
import Foundation
import TerraceCore
import TerraceStorage

/// `terrace store`.
struct StoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "store", abstract: "Look at what the trade store has.",
        subcommands: [StoreShowCommand.self, Follow.self])

    /// Where the store is: by the environment, because a URL may have a password in it and arguments are seen by everybody.
    static func location() throws -> StoreLocation {
        guard let text = ProcessInfo.processInfo.environment["TERRACE_STORE"], !text.isEmpty else {
            throw ValidationError("TERRACE_STORE says where the store is: a path, or a URL postgres://...")
        }
        return try StoreLocation(text)
    }

    /// What tests need in a process of its own. Hidden: people have no use for it.
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
}
