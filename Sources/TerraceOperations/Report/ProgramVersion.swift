/// The version of the program.
public enum ProgramVersion {
    /// As `terrace --version` prints it, and as journals and stores note it.
    public static let text = "0.1.0"
}
