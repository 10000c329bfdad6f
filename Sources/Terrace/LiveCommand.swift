import ArgumentParser
import Foundation
import TerraceOperations
import TerraceRuntime

/// What the commands that reach venues share.
enum LiveCommand {
    /// The configuration at `path`.
    static func desk(_ path: String) throws -> DeskConfiguration {
        do throws(ConfigurationError) {
            return try DeskConfiguration.load(path: path)
        } catch {
            self.complain(error.description)
            throw ExitCode(2)
        }
    }

    /// The passwords of store and bus.
    static func passwords(_ desk: DeskConfiguration) throws -> ServicePasswords {
        do throws(KeyError) {
            return try ServicePasswords.load(desk.services)
        } catch {
            self.complain("Error: \(error)")
            throw ExitCode(2)
        }
    }

    /// Tells what is wrong, on standard error.
    static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }

    /// The proxy that the environment names.
    static func proxy() throws -> ProxySettings {
        do throws(ProxySettingsError) {
            return try ProxySettings(environment: ProcessInfo.processInfo.environment)
        } catch {
            self.complain("Error: \(error)")
            throw ExitCode(2)
        }
    }

    /// What `body` gives with a network, which is closed after it.
    static func withNetwork<Result>(_ body: (VenueNetwork) async throws -> Result) async throws -> Result {
        let sockets = VenueSockets(proxy: try self.proxy())
        do {
            let result = try await body(sockets.network)
            await sockets.shutdown()
            return result
        } catch {
            await sockets.shutdown()
            throw error
        }
    }
}
