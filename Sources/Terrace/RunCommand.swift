import ArgumentParser
import Foundation
import TerraceOperations

/// `terrace run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Make markets on real venues: dry-run, on paper, or live.",
        discussion: """
            dry-run prints what would be sent, paper fills orders on paper beside the live market, live sends them. Live \
            needs the mode twice: "mode: live" in the file, and --mode live.

            Run `terrace check` and `terrace doctor` first. Ctrl-C cancels every order, waits until the venues show none, \
            and ends with a summary; a second one ends the wait.

              terrace run examples/live.yml --mode dry-run
              terrace run desk.yml --mode paper --seconds 3600 --report report.json
              terrace run desk.yml --mode live
            """)

    @Argument(help: "The configuration, YAML or JSON.") var config: String
    @Option(help: "dry-run, paper or live; without it, what the file says.") var mode: String?
    @Option(help: "Seconds to run; without it, until Ctrl-C.") var seconds: Double?
    @Option(help: "Event loops; a run with real venues has one.") var shards = 1
    @Option(help: "Write the report as JSON to this file.") var report: String?

    func validate() throws {
        _ = try self.asked()
        guard self.shards == 1 else {
            throw ValidationError("--shards is 1: the pairs of a run with real venues share one event loop")
        }
        if let seconds = self.seconds, !(seconds > 0 && seconds <= 31_536_000) {
            throw ValidationError("--seconds is above 0 and at most a year, not \(seconds)")
        }
    }

    func run() async throws {
        // Before anything else runs that could look at the environment.
        let desk = try LiveCommand.desk(self.config)
        let mode = try self.mode(desk)
        let keys = VenueKeys.load(desk.venues)
        let passwords = try LiveCommand.passwords(desk)
        let output = try self.report.map { try OutputFile(path: $0) }
        var run = LiveRun(desk, mode: mode)
        run.seconds = self.seconds
        run.proxy = try LiveCommand.proxy()
        let result: RunReport
        do {
            let plan = try await LiveCommand.withNetwork { try await run.plan(keys: keys, $0) }
            for line in plan.lines { print(line) }
            result = try await self.trade(run, plan, passwords)
        } catch let error as LiveRunError {
            LiveCommand.complain(error.description)
            throw ExitCode(2)
        }
        print(Screen.summary(result))
        if let output { try result.write(to: output) }
        if !result.reconciled { throw ExitCode(1) }
    }

    /// Runs, with a screen where there is a terminal, and what connections tell at its foot. A dry run prints its commands
    /// there instead.
    private func trade(
        _ run: LiveRun, _ plan: LivePlan, _ passwords: ServicePasswords
    ) async throws -> RunReport {
        let screen = plan.mode == .dryRun ? nil : Terminal()
        let ticks = TickCounter()
        let title = "\(plan.mode.rawValue): \(self.config)"
        let notices = NoticeLines()
        screen?.open()
        defer {
            screen?.close()
            for line in notices.takeUnseen() { print(line) }
        }
        return try await run.start(plan, passwords: passwords) { line in
            // Printed in between, it would tear the screen.
            if screen == nil { print(line) } else { notices.add(line) }
        } show: { progress in
            if let screen {
                let (width, height) = screen.size
                screen.show(
                    Screen.lines(progress, title: title, notices: notices.show(), width: width, height: height - 1))
            } else if ticks.next() % 3 == 0 {
                print(Screen.line(progress))
            }
            return fflush(nil) == 0
        }
    }

    private func asked() throws -> RunMode? {
        guard let mode = self.mode else { return nil }
        if let known = RunMode(rawValue: mode) { return known }
        throw ValidationError("--mode is dry-run, paper or live, not \"\(mode)\"")
    }

    private func mode(_ desk: DeskConfiguration) throws -> RunMode {
        let asked = try self.asked()
        do throws(RunModeError) {
            return try RunMode.of(desk, asked: asked)
        } catch {
            LiveCommand.complain("Error: \(error.description)")
            throw ExitCode(2)
        }
    }
}
