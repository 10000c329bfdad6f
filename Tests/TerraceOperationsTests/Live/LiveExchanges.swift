import Foundation
import NIOCore
import NIOPosix
import TerraceExchangeServer
import TerraceRuntime
import TerraceVenues

@testable import TerraceOperations

/// Simulated exchanges on sockets of this machine, a folder with keys for them, and desks that trade there.
struct LiveExchanges {
    let folder: String
    let ports: [(kind: ExchangeKind, port: Int)]

    /// Calls `body` with an exchange of each kind, and closes them.
    static func with<Result>(
        _ kinds: [ExchangeKind], account: AccountSettings = .test, tls: ((String) throws -> ExchangeTLS)? = nil,
        _ body: (LiveExchanges) async throws -> Result
    ) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("terrace-live-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        var shells: [ExchangeShell] = []
        for kind in kinds {
            var settings = ExchangeSettings(kind: kind)
            settings.symbols = ["BTCUSDT", "ETHUSDT"]
            settings.accounts = [account]
            settings.rate = 2_000
            shells.append(try await ExchangeShell.start(settings, tls: try tls?(folder), group: group))
        }
        let exchanges = LiveExchanges(folder: folder, ports: zip(kinds, shells).map { ($0, $1.port) })
        try exchanges.writeKey("account.key", secret: account.secret)
        do {
            let result = try await body(exchanges)
            for shell in shells { await shell.stop() }
            try await group.shutdownGracefully()
            return result
        } catch {
            for shell in shells { await shell.stop() }
            try await group.shutdownGracefully()
            throw error
        }
    }

    /// A key file that is taken, if its mode is 600.
    func writeKey(_ name: String, secret: String, mode: Int = 0o600) throws {
        let path = "\(self.folder)/\(name)"
        try "key=\(AccountSettings.test.key)\nsecret=\(secret)\n".write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// A desk on all of them.
    func desk(key: String = "account.key", scheme: String = "", host: String = "127.0.0.1") throws -> DeskConfiguration
    {
        var text = "mode: live\nvenues:\n"
        for (kind, port) in self.ports {
            let place = "\(host):\(port)"
            text += """
                  \(kind.rawValue):
                    key_file: \(self.folder)/\(key)
                    endpoints: { rest: "http\(scheme)://\(place)", market: "ws\(scheme)://\(place)", account: "ws\(scheme)://\(place)" }
                    orders_per_window: \(kind == .bybit ? 18 : 90)
                    window_seconds: \(kind == .bybit ? 1 : 10)
                    maker_fee_bps: \(kind == .bybit ? -1 : 10)

                """
        }
        text += "strategies:\n"
        for (coin, quantity) in [("BTC", "0.004"), ("ETH", "0.1")] {
            text += """
                  - id: \(coin)
                    symbol: \(coin)/USDT
                    exchanges: [\(self.ports.map { $0.kind.rawValue }.joined(separator: ", "))]
                    config:
                      inventory: { target_inventory: 1, max_inventory_deviation: 1, initial_inventory: 1 }
                      passive_lines: [{ mid_spread_bps: 3, quantity: \(quantity) }]

                """
        }
        var desk = try DeskConfiguration.parse(text, file: "desk.yml")
        desk.services.folder = "\(self.folder)/data"
        return desk
    }

    /// What a run of `desk` that takes orders seriously comes to.
    func run(
        _ desk: DeskConfiguration, _ mode: RunMode = .live, seconds: Double,
        show: @escaping @Sendable (RunProgress) -> Bool = { _ in true }
    ) async throws -> RunReport {
        var run = LiveRun(desk, mode: mode)
        run.seconds = seconds
        let sockets = VenueSockets(proxy: ProxySettings())
        do {
            let plan = try await run.plan(keys: VenueKeys.load(desk.venues), sockets.network)
            await sockets.shutdown()
            return try await run.start(plan, say: { _ in }, show: show)
        } catch {
            await sockets.shutdown()
            throw error
        }
    }

    /// What an exchange itself knows.
    func truth<Value: Decodable>(_ place: Int, _ path: String, as type: Value.Type) async throws -> Value {
        let sockets = VenueSockets(proxy: ProxySettings())
        let answer = await sockets.network.fetch(
            VenueNetwork.Endpoint(venue: "any", base: "http://127.0.0.1:\(self.ports[place].port)"),
            VenueRequest(.get, Array("/admin/\(path)".utf8)))
        await sockets.shutdown()
        guard case .answered(_, let body) = answer else { throw CancellationError() }
        return try JSONDecoder().decode(type, from: Data(body))
    }
}
