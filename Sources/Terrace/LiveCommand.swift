import ArgumentParser
import Foundation
import TerraceOperations

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

    /// Tells what is wrong, on standard error.
    static func complain(_ text: String) {
        try? FileHandle.standardError.write(contentsOf: Data((text + "\n").utf8))
    }
}
