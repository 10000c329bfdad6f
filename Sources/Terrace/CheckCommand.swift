import ArgumentParser
import Foundation
import TerraceOperations

/// `terrace check`.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check a configuration file, and say what it comes to.",
        discussion: """
            Reports everything that is wrong at once, each with line and column, and ends with exit code 2. Otherwise it \
            prints the plan: strategies and their slots, the most that may be open on each venue, connections and memory. \
            docs/configuration.md explains every key.

              terrace check examples/desk.yml
              terrace check examples/guide.json
            """)

    @Argument(help: "The configuration, YAML or JSON.") var config: String

    func run() throws {
        let plan: DeskPlan
        do {
            let desk = try DeskConfiguration.load(path: self.config)
            plan = DeskPlan(desk, try desk.bind())
        } catch {
            try? FileHandle.standardError.write(contentsOf: Data((error.description + "\n").utf8))
            throw ExitCode(2)
        }
        for line in plan.lines { print(line) }
        if !plan.warnings.isEmpty { print() }
        for warning in plan.warnings { print(warning) }
    }
}
