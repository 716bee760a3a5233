package dev.cometlog.internal.log;

import dev.cometlog.Comet;
import dev.cometlog.internal.storage.Storage;
import dev.cometlog.internal.storage.StorageFile;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeElement;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeDynamicInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.constant.DirectMethodHandleDesc;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// Names the places in the product that force a file or a directory: by the method whose idea it is, and by the way
/// from there to the file if it goes through methods that others use too, as in
/// `Groups.create > WholeFiles.create > WholeFiles.forceParent`.
final class ForcePlace {
    private static final String PRODUCT = "dev.cometlog.internal.";
    private static final String LAMBDA = "lambda$";
    private static final String BETWEEN = " > ";

    /// The seam to the file system, at which a force is left out.
    private static final Set<String> FORCES =
            Set.of(Storage.class.getSimpleName() + ".forceDirectory", StorageFile.class.getSimpleName() + ".force");

    /// What forces for others.
    private static final Set<String> WAYS = Set.of(
            "GroupFile.force",
            "Quarantine.force",
            "ShardFiles.ensureDirectory",
            "ShardStorage.forceState",
            "ShardSync.forceState",
            "WholeFiles.create",
            "WholeFiles.forceParent",
            "WholeFiles.replace",
            "WholeFiles.writeTemporary");

    private ForcePlace() {}

    /// The place that is forcing something now.
    static String current() {
        return StackWalker.getInstance().walk(ForcePlace::of);
    }

    private static String of(Stream<StackWalker.StackFrame> innermostFirst) {
        List<String> chain = new ArrayList<>();
        Iterator<String> methods = innermostFirst
                .filter(frame -> isOfTheProduct(frame.getClassName()))
                .map(frame -> method(frame.getClassName(), frame.getMethodName()))
                .iterator();
        while (methods.hasNext()) {
            String method = methods.next();
            if (chain.isEmpty() || !chain.getFirst().equals(method)) {
                chain.addFirst(method);
            }
            if (!WAYS.contains(method)) {
                return String.join(BETWEEN, chain);
            }
        }
        throw new AssertionError("nothing but ways: " + chain);
    }

    /// Not a test's storage, nor a proxy of one.
    private static boolean isOfTheProduct(String className) {
        return className.startsWith(PRODUCT)
                && !className.startsWith(PowerCutStorage.class.getName())
                && !className.startsWith(InterceptedStorage.class.getName())
                && !className.equals(ForcePlace.class.getName());
    }

    /// A lambda's body belongs to the method that it is written in.
    private static String method(String className, String method) {
        String name = method.startsWith(LAMBDA) ? method.split("\\$", 3)[1] : method;
        return className.substring(Math.max(className.lastIndexOf('.'), className.lastIndexOf('/')) + 1) + "." + name;
    }

    /// Every place that there is in the compiled product, whether anything comes by there or not.
    static Set<String> all() throws IOException {
        Map<String, Set<String>> calls = calls();
        Set<String> places = new TreeSet<>();
        calls.forEach((caller, called) -> {
            if (!WAYS.contains(caller)) {
                called.forEach(next -> follow(caller, next, calls, places));
            }
        });
        return places;
    }

    private static void follow(String chain, String called, Map<String, Set<String>> calls, Set<String> places) {
        if (FORCES.contains(called)) {
            places.add(chain);
            return;
        }
        for (String next : calls.getOrDefault(called, Set.of())) {
            if (!next.equals(called)) {
                follow(chain + BETWEEN + called, next, calls, places);
            }
        }
    }

    /// By method: the forces and the ways that it calls.
    private static Map<String, Set<String>> calls() throws IOException {
        Path product = product();
        if (Files.isDirectory(product)) {
            return calls(product);
        }
        // Behind `package` it is a jar.
        try (FileSystem jar = FileSystems.newFileSystem(product)) {
            return calls(jar.getPath("/"));
        }
    }

    private static Map<String, Set<String>> calls(Path classes) throws IOException {
        Map<String, Set<String>> calls = new HashMap<>();
        try (Stream<Path> files = Files.walk(classes)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".class")).toList()) {
                ClassModel model = ClassFile.of().parse(Files.readAllBytes(file));
                for (MethodModel method : model.methods()) {
                    String caller = method(
                            model.thisClass().asInternalName(),
                            method.methodName().stringValue());
                    method.code()
                            .ifPresent(code -> called(code)
                                    .filter(called -> FORCES.contains(called) || WAYS.contains(called))
                                    .forEach(called -> calls.computeIfAbsent(caller, _ -> new TreeSet<>())
                                            .add(called)));
                }
            }
        }
        return calls;
    }

    private static Path product() {
        try {
            return Path.of(Comet.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Stream<String> called(CodeModel code) {
        return code.elementStream().flatMap(ForcePlace::called);
    }

    private static Stream<String> called(CodeElement element) {
        return switch (element) {
            case InvokeInstruction call ->
                Stream.of(method(call.owner().asInternalName(), call.name().stringValue()));
            case InvokeDynamicInstruction call ->
                call.bootstrapArgs().stream()
                        .filter(DirectMethodHandleDesc.class::isInstance)
                        .map(DirectMethodHandleDesc.class::cast)
                        .map(handle -> method(handle.owner().displayName(), handle.methodName()));
            default -> Stream.empty();
        };
    }
}
